/** Outcomes in words, for text output. */
import { printResult } from '../../model/scenario/errno';
import type { Outcome, ResultValue } from '../../model/scenario/outcome';

/** What a program sees, on one line: `x=0 y=-EINVAL`. Of a set-up only what went wrong is told. */
export function userText(outcome: Pick<Outcome, 'user'>): string {
  const { results, stuck, killed } = outcome.user;
  const values = Object.entries(results)
    .filter(([name, value]) => !name.startsWith('setup:') || isFailure(value))
    .map(([name, value]) => `${name}=${printResult(value)}`);
  const ends = [
    ...stuck.map((thread) => `${thread} waits for ever`),
    ...killed.map((thread) => `${thread} killed by the kernel`),
  ];
  return [...values, ...ends].join('  ') || '(no result)';
}

/** An errno or a signal. */
const isFailure = (value: ResultValue): boolean =>
  typeof value === 'string' || (typeof value === 'number' && value < 0);

/** What an administrator sees, a line each. */
export function systemLines(outcome: Pick<Outcome, 'system'>): string[] {
  const { faults, processes, vmstat, freePages, freeSwap } = outcome.system;
  const rss = Object.entries(processes).map(
    ([process, { anon, file, swap }]) => `${process}: anon ${anon}, file ${file}, swapped ${swap}`,
  );
  const events = Object.entries(vmstat)
    .filter(([name]) => name !== 'nr_free_pages')
    .map(([name, value]) => `${name} ${value}`);
  return [
    ...faults,
    ...rss,
    `free pages ${freePages}, free swap slots ${freeSwap}`,
    ...(events.length > 0 ? [events.join(', ')] : []),
  ];
}

/** Every line moved right by `columns`. */
export const indent = (text: string, columns: number): string =>
  text.replace(/^(?=.)/gm, ' '.repeat(columns));
