/** How much of a program's behaviour a claim rests on: in words, and the weaker of two. */
import type { Completeness } from '../explorer/explore';

export type { Completeness } from '../explorer/explore';

export function printCompleteness(completeness: Completeness): string {
  return completeness.kind === 'bounded' ? `bounded (${completeness.bound})` : completeness.kind;
}

/** The weaker of two: interrupted, then bounded, then complete. */
export function weaker(a: Completeness, b: Completeness): Completeness {
  if (a.kind === 'interrupted' || b.kind === 'complete') return a;
  if (b.kind === 'interrupted' || a.kind === 'complete') return b;
  return a.bound === b.bound ? a : { kind: 'bounded', bound: `${a.bound}, ${b.bound}` };
}
