/** Every task that a worker can do, by name. A worker loads what is imported here, so keep that small. */
import { classesOfScenario } from './classes-task';
import { exploreUnits } from './explore-task';
import { huntCause, huntPrograms, huntRandom, judgeScenario } from './hunt-task';
import { matrixOfScenario } from './matrix-task';
import { searchProgram } from './search-task';
import { exploreStates } from './states-task';
import type { Task } from './task';

export const tasks = {
  exploreUnits,
  exploreStates,
  classesOfScenario,
  matrixOfScenario,
  searchProgram,
  huntPrograms,
  huntCause,
  huntRandom,
  judgeScenario,
} satisfies Record<string, Task<never, unknown>>;

export type TaskName = keyof typeof tasks;
export type TaskInput<N extends TaskName> = Parameters<(typeof tasks)[N]>[0];
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]>>;
