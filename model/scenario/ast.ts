/** A scenario as data: what the text form parses to and what generators of programs produce. */
import type { KernelConfig } from '../state/config';

/** Where in the text something stands, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A range of pages of a named mapping, as in `a`, `a[2]`, `a[1..3]`, `P1:a[0].hi`. */
export interface AddressRange {
  /** Process whose mapping is meant, where it is not the one that runs the operation. */
  readonly process?: string;
  readonly area: string;
  /** First and last page, counted from the start of the mapping; absent: all of it. */
  readonly first?: number;
  readonly last?: number;
  /** Half of a page; absent: the whole page. */
  readonly part?: 'lo' | 'hi';
}

export type Argument =
  | { readonly kind: 'address'; readonly value: AddressRange }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly value: string };

/** One operation: `x = madvise a FREE len=4096`. */
export interface Operation {
  readonly verb: string;
  readonly args: readonly Argument[];
  readonly options: Readonly<Record<string, string>>;
  /** Name that the result is kept under. */
  readonly result?: string;
  readonly position?: Position;
}

/** Who executes: a thread of a process, or a kernel actor (no process). */
export interface Actor {
  /** `P0/T0`, `P0`, `kswapd`. */
  readonly name: string;
  readonly process?: string;
  readonly cpu?: number;
}

/** An operation of the part that runs alone. */
export interface Action {
  readonly actor: Actor;
  readonly operation: Operation;
}

export interface Thread {
  readonly actor: Actor;
  readonly operations: readonly Operation[];
}

export type Quantifier = 'always' | 'sometimes' | 'never';

export interface Expectation {
  readonly quantifier: Quantifier;
  readonly condition: string;
  /** Variants that it is stated for; absent: all. */
  readonly variants?: readonly string[];
  readonly position?: Position;
}

export interface Scenario {
  readonly name: string;
  /** One sentence: the fact that the scenario is about. */
  readonly title: string;
  /** The kernel text it rests on: file and function, sentence of a manual page, or record. */
  readonly source: string;
  readonly options: Partial<KernelConfig>;
  readonly setup: readonly Action[];
  readonly threads: readonly Thread[];
  /** Runs alone after every thread has ended. */
  readonly after: readonly Action[];
  readonly expect: readonly Expectation[];
}

/** What is wrong with a scenario's text: one line, for the user. Exit code 2. */
export class ScenarioError extends Error {
  readonly exitCode = 2;
  constructor(
    readonly file: string,
    readonly position: Position | undefined,
    message: string,
  ) {
    const at = position === undefined ? '' : `:${position.line}:${position.column}`;
    super(`${file}${at}: ${message}`);
  }
}
