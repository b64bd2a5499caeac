/** Looks at many programs and tells which broke what. */
import type { Variant } from '../features/variant';
import { breachKey, look, type Look, type LookOptions } from './look';
import type { HuntProgram } from './program';
import { parseProgram } from './text';
import { toScenario } from './to-scenario';

export interface Examined {
  /** Programs looked at, and how many of them not by every interleaving. */
  readonly done: number;
  readonly partly: number;
  readonly executions: number;
  /** Each way in which a program broke a promise. */
  readonly sightings: readonly { readonly program: string; readonly key: string }[];
  /** Programs that could not be run to their end, with the reason. */
  readonly givenUp: readonly { readonly program: string; readonly reason: string }[];
}

/** @param programs as texts */
export function examine(
  programs: readonly string[],
  variant: Variant,
  options: LookOptions,
): Examined {
  const sightings: { program: string; key: string }[] = [];
  const givenUp: { program: string; reason: string }[] = [];
  let [done, partly, executions] = [0, 0, 0];
  for (const program of programs) {
    const seen = lookSafely(parseProgram(program), variant, options);
    // Whether it was stopped meanwhile cannot be told: it does not count.
    if (options.signal?.aborted === true) break;
    done++;
    if (typeof seen === 'string') {
      givenUp.push({ program, reason: seen });
      continue;
    }
    executions += seen.executions;
    if (seen.how !== 'complete') partly++;
    for (const sighting of seen.sightings) sightings.push({ program, key: breachKey(sighting) });
  }
  return { done, partly, executions, sightings, givenUp };
}

/** A look, or why there is none: the set-up of the program waits for ever, or it does not end. */
export function lookSafely(
  program: HuntProgram,
  variant: Variant,
  options: LookOptions,
): Look | string {
  try {
    return look(toScenario(program), variant, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!/^(runAlone|execute): /.test(message)) throw error;
    return message;
  }
}
