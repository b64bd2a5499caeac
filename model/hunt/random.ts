/** Programs larger than can be enumerated: drawn at random, and shrunk when they break a promise. */
import * as fc from 'fast-check';
import type { StopSignal } from '../explorer/explore';
import type { Variant } from '../features/variant';
import { actorsAfter, actorsOf, movesOf, type Actors } from './actors';
import { lookSafely } from './examine';
import { breachKey } from './look';
import { BEGINNINGS, type Beginning, type Move } from './moves';
import { titleOf, type HuntProgram, type Strand, type Turn } from './program';
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

/** Numbers that stand for who makes which move: of those who can, and of what they can. */
const choice = fc.tuple(fc.nat(), fc.nat());
const pick = <T>(of: readonly T[], n: number): T => of[n % of.length]!;

/** Moves one after the other, each by somebody who is there. */
function turnsOf(beginning: Beginning, choices: readonly (readonly [number, number])[]): Turn[] {
  let actors = actorsOf(beginning);
  return choices.map(([who, what]) => {
    const actor = pick([...actors.alive, ''], who);
    const turn = { actor, move: pick(movesOf(actor, actors, beginning), what) };
    actors = actorsAfter(actors, turn);
    return turn;
  });
}

/** Moves of one of those who are there; none after its exit. */
function strandOf(
  beginning: Beginning,
  before: Actors,
  who: number,
  what: readonly number[],
): Strand {
  const actor = pick([...before.alive, ''], who);
  const moves: Move[] = [];
  let actors = before;
  for (const number of what) {
    const possible = movesOf(actor, actors, beginning);
    if (possible.length === 0) break;
    const move = pick(possible, number);
    moves.push(move);
    actors = actorsAfter(actors, { actor, move });
  }
  return { actor, moves };
}

const programsOf = (withoutDebugVm: boolean): fc.Arbitrary<HuntProgram> =>
  fc
    .record({
      beginning: fc.constantFrom(...BEGINNINGS),
      first: fc.array(choice, { maxLength: 5 }),
      strands: fc.array(fc.tuple(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 })), {
        maxLength: 3,
      }),
    })
    .map(({ beginning, first, strands }) => {
      const turns = turnsOf(beginning, first);
      const actors = turns.reduce(actorsAfter, actorsOf(beginning));
      return normal({
        ...(withoutDebugVm && { withoutDebugVm }),
        beginning,
        first: turns,
        strands: strands.map(([who, what]) => strandOf(beginning, actors, who, what)),
      });
    })
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
