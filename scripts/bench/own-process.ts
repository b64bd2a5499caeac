/** Rows that a process of its own measures: one that has run before has compiled the code already. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { ROW_OPTION } from './options';

const argvOf = (row: string): string[] => [
  ...process.execArgv,
  process.argv[1]!,
  `--${ROW_OPTION}=${row}`,
];

/** @param row what {@link ROW_OPTION} tells the new process to measure and print, as JSON */
export function measureInProcess<T>(row: string): T {
  return JSON.parse(execFileSync(process.execPath, argvOf(row), { encoding: 'utf8' })) as T;
}

/** The same in several processes at the same time, which have nothing to do with one another. */
export async function measureAtOnce<T>(row: string, processes: number): Promise<T[]> {
  const all = Array.from({ length: processes }, () =>
    promisify(execFile)(process.execPath, argvOf(row)),
  );
  return (await Promise.all(all)).map(({ stdout }) => JSON.parse(stdout) as T);
}
