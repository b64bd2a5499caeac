/** What an operation of the scenario language is. */
import type { Steps } from '../../machine/op';
import type { Context } from '../world';
import type { Operation } from '../ast';
import type { ResultLevel } from '../levels';
import type { ResultValue } from '../outcome';
import { WORD, type Values } from './values';

export interface OperationSpec {
  readonly verb: string;
  /** Synopsis, as in `madvise ADDRESS ADVICE [start=BYTES] [len=BYTES]`. */
  readonly usage: string;
  /** What it does, with the kernel function it enters. One or two sentences. */
  readonly doc: string;
  /** Who may run it: a thread of a process, or also a kernel actor. */
  readonly by: 'process' | 'kernel' | 'any';
  /** The positional arguments. */
  readonly args: readonly ArgumentSpec[];
  /** The options it takes, and what each can be. */
  readonly options?: Readonly<Record<string, Values>>;
  /** Options that cannot be left out. */
  readonly required?: readonly string[];
  /** Reads what others may be changing, unrecorded: only where nothing runs beside it. */
  readonly alone?: true;
  /** Who learns the result; absent where there is none. */
  readonly level?: ResultLevel;
  /** Whether it has no result at all, not even a signal; absent: what has no level has none. */
  isSilent?(operation: Operation): boolean;
  /** Performs it. The value is the result that a scenario can name. */
  run(context: Context): Steps<ResultValue | undefined>;
}

export type ArgumentSpec =
  | 'address'
  /** A whole mapping by its name. */
  | 'name'
  | {
      /** What it is, as in `list`, or its word in the synopsis. */
      readonly called: string;
      readonly values: Values;
      readonly optional?: true;
    };

/** What is stored to memory. */
export const NUMBER: ArgumentSpec = { called: 'NUMBER', values: WORD };

/** Ends a thread: its process got a signal that kills it. */
export class SignalDelivered extends Error {
  constructor(readonly signal: string) {
    super(signal);
  }
}
