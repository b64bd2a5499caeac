import { runProcess } from './cli/run-process';
import { commands } from './commands';

// npm runs this in the package's folder; paths are meant from where the user stands.
const { npm_lifecycle_event: event, INIT_CWD: from } = process.env;
if (event === 'lzfree' && from !== undefined) process.chdir(from);

void runProcess(commands);
