import { runProcess } from './cli/run-process';
import { commands } from './commands';

// In a checkout npm runs this in the package's folder; paths are meant from where the user stands.
// In a script of another package, which has lzfree installed, they are meant from that one's folder.
const { npm_lifecycle_event: event, INIT_CWD: from } = process.env;
const isOwnScript = __filename.endsWith('.ts') && (event === 'lzfree' || event === 'review');
if (isOwnScript && from !== undefined) process.chdir(from);

void runProcess(commands);
