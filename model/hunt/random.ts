/** Programs larger than can be enumerated: drawn at random, and shrunk when they break a promise. */
import * as fc from 'fast-check';
import type { StopSignal } from '../explorer/explore';
import type { Variant } from '../features/variant';
import { lookSafely } from './examine';
import { breachKey } from './look';
import { BEGINNINGS, MOVES, type Move } from './moves';
import { titleOf, type HuntProgram } from './program';
import { isValid, normal } from './shrink';

export interface RandomOptions {
  readonly seed: number;
  /** Programs to draw. */
  readonly programs: number;
  /** Random schedules of each. */
  readonly schedules: number;
  /** Whether the kernel has no CONFIG_DEBUG_VM. */
  readonly withoutDebugVm: boolean;
  readonly signal?: StopSignal;
}

export interface Drawn {
  readonly done: number;
  readonly executions: number;
  /** A shrunk program for each way of breaking a promise that was not known. */
  readonly sightings: readonly { readonly program: string; readonly key: string }[];
}

const actors = ['P0', 'P1', ''] as const;
const mayMake = (actor: string, move: Move): boolean =>
  move.by === (actor === '' ? 'kernel' : 'process') && (move.name !== 'fork' || actor === 'P0');

const turn = fc
  .record({ actor: fc.constantFrom(...actors), move: fc.constantFrom(...MOVES) })
  .filter(({ actor, move }) => mayMake(actor, move));

const strand = fc.constantFrom(...actors).chain((actor) =>
  fc.record({
    actor: fc.constant(actor),
    moves: fc.array(fc.constantFrom(...MOVES.filter((move) => mayMake(actor, move))), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
);

const programsOf = (withoutDebugVm: boolean): fc.Arbitrary<HuntProgram> =>
  fc
    .record({
      ...(withoutDebugVm && { withoutDebugVm: fc.constant<true>(true) }),
      beginning: fc.constantFrom(...BEGINNINGS),
      first: fc.array(turn, { maxLength: 5 }),
      strands: fc.array(strand, { maxLength: 3 }),
    })
    .map(normal)
    .filter(isValid);

/**
 * Draws programs and looks at a few schedules of each. After a failure the drawing goes on behind it,
 * with that way of breaking promises known.
 *
 * @param isKnown whether a program's way of breaking a promise has been told already
 */
export function draw(
  variant: Variant,
  options: RandomOptions,
  isKnown: (program: HuntProgram, key: string) => boolean,
): Drawn {
  const sightings: { program: string; key: string }[] = [];
  let [done, executions] = [0, 0];
  const found = new Set<string>();
  const news = (program: HuntProgram): string | undefined => {
    if (options.signal?.aborted === true) return undefined;
    const sample = { schedules: options.schedules, seed: options.seed };
    const seen = lookSafely(program, variant, { executions: options.schedules, sample });
    if (typeof seen === 'string') return undefined;
    executions += seen.executions;
    return seen.sightings.map(breachKey).find((key) => !found.has(key) && !isKnown(program, key));
  };
  while (done < options.programs && options.signal?.aborted !== true) {
    const run = fc.check(
      fc.property(programsOf(options.withoutDebugVm), (program) => news(program) === undefined),
      { seed: options.seed + done, numRuns: options.programs - done },
    );
    done += run.numRuns;
    if (run.counterexample === null) continue;
    const [program] = run.counterexample;
    const key = news(program);
    if (key === undefined) continue;
    found.add(key);
    sightings.push({ program: titleOf(program), key });
  }
  return { done, executions, sightings };
}
