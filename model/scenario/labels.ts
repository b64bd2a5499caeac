/** What operations and threads are called where a scenario gives them no name. */
import type { Actor, Scenario } from './ast';

/** Whether reclaim by an actor is kswapd's. */
export const isKswapd = ({ name }: Actor): boolean => name.startsWith('kswapd');

/** An operation of the set-up, counted from 0. */
export const setupLabel = (index: number): string => `setup:${index + 1}`;

/** An operation of those that come after the threads. */
export const afterLabel = (index: number): string => `after:${index + 1}`;

/** Who is behind each label; threads are labelled by their actors' names. */
export function actorsByLabel({ setup, threads, after }: Scenario): ReadonlyMap<string, Actor> {
  return new Map([
    ...setup.map(({ actor }, index) => [setupLabel(index), actor] as const),
    ...threads.map(({ actor }) => [actor.name, actor] as const),
    ...after.map(({ actor }, index) => [afterLabel(index), actor] as const),
  ]);
}
