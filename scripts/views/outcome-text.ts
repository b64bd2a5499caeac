/** Outcomes in words, for text output. */
import { printResult } from '../../model/scenario/errno';
import type { Outcome, Results, ResultValue, Unended } from '../../model/scenario/outcome';

/** What a program sees, on one line: `x=0 y=-EINVAL`. Of a set-up only what went wrong is told. */
export const userText = ({ user }: Pick<Outcome, 'user'>): string => answers(user) || '(no result)';

/** What operations answered to an administrator; empty if nothing. */
export const administratorText = ({ system }: Pick<Outcome, 'system'>): string => answers(system);

/** What every operation answered, on one line: to programs first, then what others learn, with the level. */
export function resultsText({ user, system, internal }: Outcome): string {
  const others = { system: administratorText({ system }), internal: resultWords(internal.results) };
  const named = Object.entries(others).map(([level, text]) => text && `${level}: ${text}`);
  return [answers(user), ...named].filter(Boolean).join('  ') || '(no result)';
}

function answers({ results, stuck, killed }: Unended & { readonly results: Results }): string {
  const ends = [
    ...stuck.map((thread) => `${thread} waits for ever`),
    ...killed.map((thread) => `${thread} ended by a kernel fault`),
  ];
  return [resultWords(results), ...ends].filter(Boolean).join('  ');
}

const resultWords = (results: Results): string =>
  Object.entries(results)
    .filter(([name, value]) => !name.startsWith('setup:') || isFailure(value))
    .map(([name, value]) => `${name}=${printResult(value)}`)
    .join('  ');

/** An errno or a signal. */
const isFailure = (value: ResultValue): boolean =>
  typeof value === 'string' || (typeof value === 'number' && value < 0);

/** What an administrator sees, a line each. */
export const systemLines = ({ system }: Pick<Outcome, 'system'>): string[] =>
  [administratorText({ system }), ...countLines({ system })].filter(Boolean);

/** The same without what operations answered. */
export function countLines(outcome: Pick<Outcome, 'system'>): string[] {
  const { faults, processes, vmstat, freePages, freeSwap } = outcome.system;
  const rss = Object.entries(processes).map(
    ([process, { anon, file, swap }]) => `${process}: anon ${anon}, file ${file}, swapped ${swap}`,
  );
  const events = Object.entries(vmstat).map(([name, value]) => `${name} ${value}`);
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
