/** How model and patch are tied: each switch with its places, its symbols, its specs, and the checks. */
import { SWITCH_IDS, type HunkId, type SwitchId } from '../../model/features/hunk-id';
import { hunkFacts, switchFacts, type Effect } from '../../model/features/hunk-table';
import type { Sources } from '../model-source/kernel-sources';
import { armsOf, type Arms } from './arms';
import { check, type Check } from './check';
import { scenariosOf, type ReachedArms } from './coverage';
import { declarations, type Declaration } from './model-code';
import { exceptionFor, explain, placeChecks } from './place-checks';
import { otherWaysIn, placedSwitches, type PlacedSwitch } from './placed-switches';
import { kernelNames, symbolChecks } from './symbol-checks';
import {
  callsInModel,
  callsInText,
  changeOf,
  definedAt,
  type CallChange,
  type DefinedAt,
} from './symbols';

/** A place in the model at which a switch is asked for. */
export interface TracedPlace {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  /** The functions from the hunk's own down to this one; null if an exception explains the place. */
  readonly path: readonly string[] | null;
  /** Why the place is another one than the hunk's. */
  readonly exception: string | null;
}

export interface TracedSwitch {
  readonly id: SwitchId;
  readonly hunk: HunkId;
  readonly patch: string;
  /** The kernel's file and function. */
  readonly file: string;
  readonly function: string;
  readonly effect: Effect;
  /** Why it has no effect of its own. */
  readonly reason: string | null;
  readonly places: readonly TracedPlace[];
  readonly defines: readonly DefinedAt[];
  /** What the hunk's lines call more and less, in the model's names; null without a text of the hunk. */
  readonly callsInText: CallChange | null;
  /** What the functions that ask for the switch call more and less with it; null for no place. */
  readonly callsInModel: CallChange | null;
  /** Scenarios that fail without it, or that show that it is redundant. */
  readonly specs: readonly string[];
  /** A scenario that reaches each arm. */
  readonly reached: ReachedArms;
}

export interface Trace {
  readonly holds: boolean;
  readonly checks: readonly Check[];
  readonly switches: readonly TracedSwitch[];
}

/** Traces every switch through the sources of the model and the arms that a suite reaches. */
export function trace(sources: Sources, reached: ReadonlyMap<SwitchId, ReachedArms>): Trace {
  const code = declarations(sources);
  const places = placedSwitches(sources);
  const asked = SWITCH_IDS.filter((id) => places.some((place) => place.id === id));
  const arms = new Map(asked.map((id) => [id, armsOf(id, places, sources)]));
  const checks = [
    ...placeChecks(places, code),
    check(
      'only-way-in',
      'the kernel reaches the switches by hunk() and defined() only',
      otherWaysIn(sources),
    ),
    ...symbolChecks(arms, code),
    reachedCheck(places, reached),
  ];
  return {
    holds: checks.every(({ passed }) => passed),
    checks,
    switches: SWITCH_IDS.map((id) => ({
      ...placesOf(id, places, code),
      ...symbolsOf(id, arms.get(id), code),
      specs: scenariosOf(id),
      reached: reached.get(id)!,
    })),
  };
}

function placesOf(id: SwitchId, places: readonly PlacedSwitch[], code: readonly Declaration[]) {
  const { hunk, effect, reason } = switchFacts(id);
  const { patch, file, function: name } = hunkFacts(hunk);
  const own = places.filter((place) => place.id === id);
  return {
    id,
    hunk,
    patch,
    file,
    function: name,
    effect,
    reason: reason ?? null,
    places: own.map((place) => ({
      file: place.file,
      line: place.line,
      function: place.function,
      path: explain(place, code) ?? null,
      exception: exceptionFor(place)?.reason ?? null,
    })),
  };
}

function symbolsOf(id: SwitchId, arms: Arms | undefined, code: readonly Declaration[]) {
  const text = callsInText(id);
  return {
    defines: switchFacts(id).effect === 'none' ? [] : definedAt(id, code),
    callsInText: text ? changeOf(text) : null,
    callsInModel: arms ? changeOf(callsInModel(arms, kernelNames(code))) : null,
  };
}

/**
 * Whether scenarios reach both arms of every question. A definition has one arm: without it nothing that the
 * compiler lets pass gets there.
 */
function reachedCheck(
  places: readonly PlacedSwitch[],
  reached: ReadonlyMap<SwitchId, ReachedArms>,
): Check {
  const faults = [...reached].flatMap(([id, { on, off }]) => {
    const kinds = new Set(places.filter((place) => place.id === id).map(({ kind }) => kind));
    if (kinds.size === 0) return [];
    return [
      ...(on === null ? [`${id}: no scenario gets there with it`] : []),
      ...(off === null && kinds.has('hunk') ? [`${id}: no scenario gets there without it`] : []),
    ];
  });
  return check('reached', 'some scenario reaches each arm of every switch', faults);
}
