/** Outcomes in words, for text output. */
import { printResult } from '../../model/scenario/errno';
import type { Outcome } from '../../model/scenario/outcome';

/** What a program sees, on one line: `x=0 y=-EINVAL`. */
export function userText(outcome: Outcome): string {
  const { results, stuck, killed } = outcome.user;
  const values = Object.entries(results)
    .filter(([name]) => !name.startsWith('setup:'))
    .map(([name, value]) => `${name}=${printResult(value)}`);
  const ends = [
    ...stuck.map((thread) => `${thread} waits for ever`),
    ...killed.map((thread) => `${thread} killed by the kernel`),
  ];
  return [...values, ...ends].join('  ') || '(no result)';
}

/** What an administrator sees, a line each. */
export function systemLines(outcome: Outcome): string[] {
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

/** Paths at which two values differ, as `system.vmstat.pswpout: 1 | 0`. */
export function differences(a: unknown, b: unknown, path = ''): string[] {
  if (Object.is(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [`${path}: ${show(a)} | ${show(b)}`];
  if (Array.isArray(a) && Array.isArray(b)) {
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${path}: ${show(a)} | ${show(b)}`];
  }
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === '' ? key : `${path} ${key}`));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function show(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Every line moved right by `columns`. */
export const indent = (text: string, columns: number): string =>
  text.replace(/^(?=.)/gm, ' '.repeat(columns));
