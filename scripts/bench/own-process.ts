/** Rows that a process of its own measures: one that has run before has compiled the code already. */
import { execFileSync } from 'node:child_process';
import { ROW_OPTION } from './options';

/** @param row what {@link ROW_OPTION} tells the new process to measure and print, as JSON */
export function measureInProcess<T>(row: string): T {
  const argv = [...process.execArgv, process.argv[1]!, `--${ROW_OPTION}=${row}`];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' })) as T;
}
