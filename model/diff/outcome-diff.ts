/** Compares what two variants can do on one scenario, level by level. */
import { LEVELS, type Level, type Outcome } from '../scenario/outcome';
import type { ScheduleStep } from '../explorer/program';
import { weaker, type Completeness } from './completeness';

/** One distinct outcome of an exploration. */
export interface ObservedOutcome {
  readonly outcome: Outcome;
  /** Traces (Mazurkiewicz classes of executions) that end in it; null where they were not counted. */
  readonly traces: number | null;
  /** A shortest known schedule that leads to it. */
  readonly schedule: readonly ScheduleStep[];
}

/** All that one variant was seen to do. */
export interface Behaviour {
  readonly outcomes: readonly ObservedOutcome[];
  readonly completeness: Completeness;
}

/**
 * `equal` needs completeness on both sides. `gained`: B has outcomes that A has not; `lost`: A has
 * outcomes that B has not; `changed`: both. `unknown`: no difference is certain, as not all was seen.
 */
export type Verdict = 'equal' | 'gained' | 'lost' | 'changed' | 'unknown';

export interface LevelDiff {
  readonly level: Level;
  readonly verdict: Verdict;
  /** An outcome of B that A certainly has not, for each distinct one. */
  readonly gained: readonly ObservedOutcome[];
  readonly lost: readonly ObservedOutcome[];
  readonly completeness: Completeness;
}

/** Compares two behaviours at every level. */
export function diffBehaviours(a: Behaviour, b: Behaviour): LevelDiff[] {
  return LEVELS.map((level) => diffAt(level, a, b));
}

function diffAt(level: Level, a: Behaviour, b: Behaviour): LevelDiff {
  const ofA = project(a, level);
  const ofB = project(b, level);
  // A side that was not explored completely may have what it seems to lack.
  const gained = isComplete(a) ? without(ofB, ofA) : [];
  const lost = isComplete(b) ? without(ofA, ofB) : [];
  const completeness = weaker(a.completeness, b.completeness);
  return { level, verdict: verdict(gained, lost, completeness), gained, lost, completeness };
}

const isComplete = ({ completeness }: Behaviour): boolean => completeness.kind === 'complete';

function verdict(
  gained: readonly ObservedOutcome[],
  lost: readonly ObservedOutcome[],
  completeness: Completeness,
): Verdict {
  if (gained.length > 0) return lost.length > 0 ? 'changed' : 'gained';
  if (lost.length > 0) return 'lost';
  return completeness.kind === 'complete' ? 'equal' : 'unknown';
}

/** The distinct values at a level, each with the outcome that has the shortest schedule. */
function project(behaviour: Behaviour, level: Level): Map<string, ObservedOutcome> {
  const seen = new Map<string, ObservedOutcome>();
  for (const observed of behaviour.outcomes) {
    const key = JSON.stringify(observed.outcome[level]);
    const known = seen.get(key);
    if (known === undefined) {
      seen.set(key, observed);
    } else {
      const shorter = observed.schedule.length < known.schedule.length ? observed : known;
      seen.set(key, { ...shorter, traces: addTraces(known.traces, observed.traces) });
    }
  }
  return seen;
}

/** The sum of two numbers of traces, which is not known if one of them is not. */
export const addTraces = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;

function without(
  from: Map<string, ObservedOutcome>,
  other: Map<string, ObservedOutcome>,
): ObservedOutcome[] {
  return [...from].filter(([key]) => !other.has(key)).map(([, observed]) => observed);
}
