/** Where a worker begins: answers the pool's calls by name. A bundle of its own in dist/. */
import '../edit/in-thread';
import { workerData } from 'node:worker_threads';
import { worker, workerEmit } from 'workerpool';
import { stopSignal } from './stop-flag';
import type { Task, TaskContext, TaskProgress } from './task';
import { tasks } from './tasks';

const context: TaskContext = {
  signal: stopSignal(workerData as SharedArrayBuffer),
  report: (progress: TaskProgress) => workerEmit(progress),
};

const methods = Object.entries(tasks as Record<string, Task<unknown, unknown>>).map(
  ([name, task]) => [name, (input: unknown) => task(input, context)] as const,
);

worker(Object.fromEntries(methods));
