/** What an operation of the scenario language is. */
import type { Steps } from '../../machine/op';
import type { Context } from '../world';
import type { ResultLevel } from '../levels';
import type { ResultValue } from '../outcome';

export interface OperationSpec {
  readonly verb: string;
  /** Synopsis, as in `madvise ADDRESS ADVICE [start=BYTES] [len=BYTES]`. */
  readonly usage: string;
  /** What it does, with the kernel function it enters. One or two sentences. */
  readonly doc: string;
  /** Who may run it: a thread of a process, or also a kernel actor. */
  readonly by: 'process' | 'kernel' | 'any';
  /** Kinds of the positional arguments; a trailing `?` marks an optional one. */
  readonly args: readonly ArgumentKind[];
  /** Names of the options it takes. */
  readonly options?: readonly string[];
  /** Reads what others may be changing, unrecorded: only where nothing runs beside it. */
  readonly alone?: true;
  /** Who learns the result; absent where there is none. */
  readonly level?: ResultLevel;
  /** Performs it. The value is the result that a scenario can name. */
  run(context: Context): Steps<ResultValue | undefined>;
}

export type ArgumentKind =
  | 'address'
  | 'address?'
  | 'number'
  | 'number?'
  | 'word'
  | 'word?'
  /** A name that the operation declares. */
  | 'name';

/** Ends a thread: its process got a signal that kills it. */
export class SignalDelivered extends Error {
  constructor(readonly signal: string) {
    super(signal);
  }
}
