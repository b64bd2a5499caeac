/** Every program of the operation language up to a size, smallest first, symmetric ones once. */
import type { Actor, Scenario, Thread } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';
import { BEGINNINGS, KERNEL_OPERATIONS, PROCESS_OPERATIONS, type Beginning } from './alphabet';

/** Threads that run at the same time, at most. */
export const MOST_THREADS = 3;

/** A thread by who runs it (`P0`, `P1`, or '' for the kernel) and what it does. */
interface Strand {
  readonly process: string;
  readonly operations: readonly string[];
}

/**
 * Programs with exactly `size` operations in their threads. Two programs that differ in the order of
 * their threads are one.
 */
export function* programsOfSize(size: number): Generator<Scenario> {
  for (const beginning of BEGINNINGS) {
    let number = 0;
    for (const strands of choose(strandsOf(beginning, size), size, MOST_THREADS)) {
      yield toScenario(beginning, strands, `${beginning.name}-${size}-${++number}`);
    }
  }
}

/** How many programs {@link programsOfSize} yields. */
export function countOfSize(size: number): number {
  let count = 0;
  for (const beginning of BEGINNINGS) {
    const programs = choose(strandsOf(beginning, size), size, MOST_THREADS);
    while (programs.next().done !== true) count++;
  }
  return count;
}

/** Every strand of at most `longest` operations, in a fixed order. */
function strandsOf(beginning: Beginning, longest: number): Strand[] {
  const strands = (process: string, alphabet: readonly string[]): Strand[] =>
    sequences(alphabet, longest).map((operations) => ({ process, operations }));
  return [
    ...beginning.processes.flatMap((process) => strands(process, PROCESS_OPERATIONS)),
    ...strands('', KERNEL_OPERATIONS),
  ];
}

function sequences(alphabet: readonly string[], longest: number): string[][] {
  const found: string[][] = [];
  let last: string[][] = [[]];
  for (let length = 1; length <= longest; length++) {
    last = last.flatMap((sequence) => alphabet.map((word) => [...sequence, word]));
    found.push(...last);
  }
  return found;
}

/** Multisets of at most `most` strands with `size` operations in all. */
function* choose(
  strands: readonly Strand[],
  size: number,
  most: number,
  from = 0,
): Generator<Strand[]> {
  if (size === 0) {
    yield [];
    return;
  }
  if (most === 0) return;
  for (let i = from; i < strands.length; i++) {
    const strand = strands[i]!;
    const left = size - strand.operations.length;
    if (left < 0) continue;
    for (const rest of choose(strands, left, most - 1, i)) yield [strand, ...rest];
  }
}

function toScenario(beginning: Beginning, strands: readonly Strand[], name: string): Scenario {
  const threads = strands.map(({ process, operations }, i): Thread => {
    const actor: Actor = process === '' ? { name: `k${i}` } : { name: `${process}/T${i}`, process };
    return { actor, operations: operations.map((line) => parseOperation(line)) };
  });
  const after = beginning.processes.map((process) => ({
    actor: { name: process, process },
    operation: parseOperation(`end_${process} = read a`),
  }));
  const title = strands
    .map(({ process, operations }) => `${process || 'kernel'}: ${operations.join('; ')}`)
    .join(' || ');
  return {
    name,
    title: `page ${beginning.name}; ${title}`,
    source: 'search',
    options: { nodes: 2 },
    setup: beginning.setup,
    threads,
    after,
    expect: [],
  };
}
