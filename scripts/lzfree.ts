import { runProcess } from './cli/run-process';
import { commands } from './commands';

void runProcess(commands);
