/** Threads that do tasks. What they return comes in the order of the inputs, however many there are. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { pool as createPool, type Pool as ThreadPool } from 'workerpool';
import { stopFlag } from './stop-flag';
import type { Task, TaskProgress } from './task';
import { tasks, type TaskInput, type TaskName, type TaskOutput } from './tasks';

export interface Pool {
  /**
   * Does a task on every input. The inputs are drawn as workers become free, so there may be many.
   * When the command is interrupted the tasks under way return what they have, and no new ones begin.
   *
   * @param onProgress what running tasks tell, with the index of their input
   * @throws what the task of the first failing input threw
   */
  map<N extends TaskName>(
    name: N,
    inputs: Iterable<TaskInput<N>>,
    onProgress?: (progress: TaskProgress, index: number) => void,
  ): AsyncGenerator<TaskOutput<N>, void, undefined>;
}

export interface PoolOptions {
  /** Threads; 0 does the tasks in this one, where an interruption is seen only between them. */
  readonly workers: number;
  /** Interrupts: see {@link Pool.map}. */
  readonly signal: AbortSignal;
}

/** Starts workers, does the work with them, and ends them whatever comes of it. */
export async function withPool<T>(
  options: PoolOptions,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  if (options.workers === 0) return work({ map: inOrder(callHere(options.signal), 1, options) });
  const threads = startThreads(options.workers, options.signal);
  const call: Call = async (name, input, on) => threads.exec(name, [input], { on });
  // A task waits for each worker, so that none is idle while results are put in order.
  const ahead = options.workers * WAITING;
  try {
    return await work({ map: inOrder(call, ahead, options) });
  } finally {
    await threads.terminate(true);
  }
}

/** Threads that do the tasks of tasks.ts, each begun when it is first needed; a signal raises their flag. */
export function startThreads(threads: number, signal: AbortSignal): ThreadPool {
  // Each thread collects its own young garbage: with helpers it waits for them, and the others keep all
  // cores busy. So it takes a tenth of the time off two threads.
  setFlagsFromString('--no-parallel-scavenge');
  return createPool(entry(), {
    workerType: 'thread',
    maxWorkers: threads,
    workerThreadOpts: { workerData: stopFlag(signal), execArgv: loader() },
  });
}

/** Tasks under way or waiting, for each worker. */
const WAITING = 8;

type Call = (
  name: TaskName,
  input: unknown,
  on: (progress: TaskProgress) => void,
) => Promise<unknown>;

const callHere =
  (signal: AbortSignal): Call =>
  async (name, input, report) => {
    // Lets a signal of the process, or a clock, come through between two tasks.
    await new Promise((resolve) => setImmediate(resolve));
    return (tasks[name] as Task<unknown, unknown>)(input, { signal, report });
  };

function inOrder(call: Call, ahead: number, { signal }: PoolOptions): Pool['map'] {
  return async function* map(name, inputs, onProgress = () => {}) {
    const waiting: Promise<unknown>[] = [];
    let index = 0;
    for (const input of inputs) {
      if (signal.aborted) break;
      if (waiting.length >= ahead) yield (await waiting.shift()) as never;
      const here = index++;
      const result = call(name, input, (progress) => onProgress(progress, here));
      // Who waits for it sees the error; until then it is nobody's.
      result.catch(() => {});
      waiting.push(result);
    }
    for (const result of waiting) yield (await result) as never;
  };
}

/** From source the worker is a TypeScript file, which needs the loader; in dist/ it is a bundle. */
const fromSource = __filename.endsWith('.ts');
const entry = (): string => join(__dirname, fromSource ? 'worker.ts' : 'worker.js');

function loader(): string[] {
  if (!fromSource) return [];
  return ['--require', createRequire(__filename).resolve('@swc-node/register')];
}
