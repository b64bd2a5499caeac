/** From a program that breaks a promise to what a report says of it. */
import { contextSwitches, printSchedule } from '../explorer/schedule';
import { minimize } from '../explorer/minimize';
import type { HunkId } from '../features/hunk-id';
import { NAMED_VARIANTS, VARIANT_NAMES, type Variant, type VariantName } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { ScenarioProgram } from '../scenario/program';
import { lookSafely } from './examine';
import { breachKey, type Look, type LookOptions, type Sighting } from './look';
import { sizeOf, titleOf, type HuntProgram } from './program';
import { smallestRemovals } from './removals';
import { normal, shrink } from './shrink';
import { parseProgram } from './text';
import { toScenario } from './to-scenario';

/** One cause of broken promises: a promise, the way it is broken, and the moves that it takes. */
export interface Cause {
  readonly promise: string;
  readonly detail: string;
  /** What happens in the minimal program. */
  readonly text: string;
  /** The minimal program: nothing can be left out of it. */
  readonly program: string;
  readonly size: number;
  /** Beginning and moves, each once, sorted: programs that have all of these are taken for the same. */
  readonly moves: readonly string[];
  readonly scenario: Scenario;
  readonly schedule: string;
  /** How the minimal program was explored. */
  readonly how: Look['how'];
  /** Whether Linux without the series breaks the promise in the same way: then it is not the patch's. */
  readonly base: boolean;
  /** Named variants that do. */
  readonly variants: readonly VariantName[];
  /** The smallest sets of hunks without which this program goes right; empty for what base does. */
  readonly removals: readonly (readonly HunkId[])[];
}

/** Executions that a schedule with fewer context switches may cost. */
const MINIMIZE_EXECUTIONS = 300;

/**
 * @param key as {@link breachKey}
 * @returns undefined if the program does not break the promise within the bounds, or was interrupted
 */
export function causeOf(
  text: string,
  key: string,
  variant: Variant,
  options: LookOptions,
): Cause | undefined {
  const on = (program: HuntProgram, other: Variant): Look | undefined => {
    if (options.signal?.aborted === true) return undefined;
    const seen = lookSafely(program, other, options);
    return typeof seen === 'string' ? undefined : seen;
  };
  const breaks = (program: HuntProgram, other: Variant): Sighting | undefined =>
    on(program, other)?.sightings.find((sighting) => breachKey(sighting) === key);
  const whole = normal(parseProgram(text));
  if (breaks(whole, variant) === undefined) return undefined;
  const program = shrink(whole, (candidate) => breaks(candidate, variant) !== undefined);
  const seen = on(program, variant);
  const sighting = seen?.sightings.find((found) => breachKey(found) === key);
  if (seen === undefined || sighting === undefined) return undefined;
  const scenario = toScenario(program);
  const variants = VARIANT_NAMES.filter(
    (name) => breaks(program, NAMED_VARIANTS[name]) !== undefined,
  );
  const base = variants.includes('base');
  const inBase = new Set(on(program, NAMED_VARIANTS.base)?.sightings.map(breachKey));
  const isMended = ({ sightings }: Look): boolean =>
    sightings.every((found) => inBase.has(breachKey(found)));
  const removals = base
    ? []
    : smallestRemovals(variant, (other) => on(program, other) ?? seen, isMended);
  const schedule = printSchedule(shortest(scenario, variant, sighting));
  // What was cut short tells less than it seems to.
  if (options.signal?.aborted === true) return undefined;
  return {
    promise: sighting.promise,
    detail: sighting.detail,
    text: sighting.text,
    program: titleOf(program),
    size: sizeOf(program),
    moves: movesOf(program),
    scenario,
    schedule,
    how: seen.how,
    base,
    variants,
    removals: removals.map(({ hunks }) => hunks),
  };
}

/** What a cause is recognised by: its beginning and its moves. */
export function movesOf({ beginning, first, strands }: HuntProgram): string[] {
  const moves = [...first.map(({ move }) => move), ...strands.flatMap((strand) => strand.moves)];
  return [...new Set([`page ${beginning.name}`, ...moves.map(({ name }) => name)])].sort();
}

/** The schedule with the fewest context switches that ends alike. */
function shortest(scenario: Scenario, variant: Variant, { schedule }: Sighting) {
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  if (contextSwitches(schedule) < 2) return schedule;
  return minimize(program, schedule, MINIMIZE_EXECUTIONS).schedule;
}
