/** What a task is: a function that runs in a worker, with plain data going in and coming out. */
import type { StopSignal } from '../../model/explorer/explore';

/** What a task gets beside its input. */
export interface TaskContext {
  /** Says when to stop soon and return what is known. The command that waits was interrupted. */
  readonly signal: StopSignal;
  /** Tells the command how far the task is. */
  report(progress: TaskProgress): void;
}

export interface TaskProgress {
  readonly done: number;
  readonly total?: number;
  readonly detail?: string;
  /** Where the task stands, in its own terms. */
  readonly state?: unknown;
}

/** Input and output are copied between threads: plain data only, no functions and no classes. */
export type Task<I, O> = (input: I, context: TaskContext) => O | Promise<O>;
