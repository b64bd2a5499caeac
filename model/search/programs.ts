/** Every program of the operation language up to a size, smallest first, symmetric ones once. */
import type { Actor, Scenario, Thread } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';
import { BEGINNINGS, type Alphabet, type Beginning } from './alphabet';

/** Which programs are meant. */
export interface Language {
  readonly alphabet: Alphabet;
  readonly beginnings: readonly Beginning[];
  /** Threads that run at the same time, at most. */
  readonly threads: number;
  /**
   * Text of an operation that each program must have somewhere; see `gate.ts`. Programs without it
   * are left out, and counted by {@link countOfSize} all the same.
   */
  readonly needs?: string;
}

/** A thread by who runs it (`P0`, `P1`, or '' for the kernel) and what it does. */
interface Strand {
  readonly process: string;
  readonly operations: readonly string[];
}

/** A program with where it stands in its size, counted from 1. */
export interface Program {
  readonly size: number;
  readonly number: number;
  readonly beginning: string;
  readonly scenario: Scenario;
}

/**
 * Programs with exactly `size` operations in their threads, the fewest threads first for each
 * beginning. Programs that differ in the order of their threads, or in names, are one.
 */
export function* programsOfSize(size: number, language: Language): Generator<Program> {
  let number = 0;
  for (const beginning of language.beginnings) {
    for (const strands of choicesOf(beginning, size, language)) {
      if (!isNeeded(strands, language)) continue;
      const name = `${beginning.name}-${size}-${++number}`;
      const scenario = toScenario(beginning, strands, name);
      yield { size, number, beginning: beginning.name, scenario };
    }
  }
}

export interface ProgramCount {
  /** All programs of the language with this many operations. */
  readonly all: number;
  /** Those that {@link programsOfSize} yields. */
  readonly yielded: number;
}

/** How many programs there are. */
export function countOfSize(size: number, language: Language): ProgramCount {
  let all = 0;
  let yielded = 0;
  for (const beginning of language.beginnings) {
    for (const strands of choicesOf(beginning, size, language)) {
      all++;
      if (isNeeded(strands, language)) yielded++;
    }
  }
  return { all, yielded };
}

const isNeeded = (strands: readonly Strand[], { needs }: Language): boolean =>
  needs === undefined || strands.some(({ operations }) => operations.includes(needs));

/** Multisets of strands with `size` operations in all, fewest threads first. */
function* choicesOf(beginning: Beginning, size: number, language: Language): Generator<Strand[]> {
  const strands = strandsOf(beginning, size, language.alphabet);
  for (let threads = 1; threads <= Math.min(size, language.threads); threads++) {
    yield* choose(strands, size, threads);
  }
}

/** Every strand of at most `longest` operations, in a fixed order. */
function strandsOf({ processes }: Beginning, longest: number, alphabet: Alphabet): Strand[] {
  const strands = (process: string, words: readonly string[]): Strand[] =>
    sequences(words, longest).map((operations) => ({ process, operations }));
  return [
    ...processes.flatMap((process) => strands(process, alphabet.process)),
    ...strands('', alphabet.kernel),
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

/** Multisets of exactly `threads` strands with `size` operations in all. */
function* choose(
  strands: readonly Strand[],
  size: number,
  threads: number,
  from = 0,
): Generator<Strand[]> {
  if (threads === 0) {
    if (size === 0) yield [];
    return;
  }
  for (let i = from; i < strands.length; i++) {
    const strand = strands[i]!;
    const left = size - strand.operations.length;
    if (left < threads - 1) continue;
    for (const rest of choose(strands, left, threads - 1, i)) yield [strand, ...rest];
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
    title: `page a ${beginning.state}; ${title}`,
    source: 'found by a search over all small programs',
    options: beginning.options,
    setup: beginning.setup,
    threads,
    after,
    expect: [],
  };
}

/** All beginnings and three threads: the language unless told otherwise. */
export const languageOf = (alphabet: Alphabet, needs?: string): Language => ({
  alphabet,
  beginnings: BEGINNINGS,
  threads: 3,
  ...(needs !== undefined && { needs }),
});
