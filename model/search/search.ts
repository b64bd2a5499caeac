/** The whole difference between two variants: over every program up to a size, smallest first. */
import { compare, differs, witnessOf, type DifferenceWitness } from '../diff/compare';
import { exploreSwitches } from '../diff/explore';
import type { ObservedOutcome } from '../diff/outcome-diff';
import { switchesRead } from '../features/hunk';
import type { Variant } from '../features/variant';
import type { Scenario } from '../scenario/ast';
import { LEVELS, type Level } from '../scenario/outcome';
import { changedPaths } from './paths';
import { countOfSize, programsOfSize } from './programs';

export interface SearchOptions {
  /** Largest number of operations in the threads of a program. */
  readonly size: number;
  /** Most executions of one program on one variant. */
  readonly executions: number;
  readonly signal?: AbortSignal;
  /** Whether to stop now; asked between programs. */
  readonly expired?: () => boolean;
  readonly onProgram?: (size: number, done: number, total: number) => void;
}

/** A kind of difference: which parts of the outcome it shows in, at its outermost level. */
export interface DifferenceKind {
  readonly level: Level;
  /** What differs, without names of pages and slots: `vmstat nr_file_pages`, `freeSwap`. */
  readonly paths: readonly string[];
  /** Programs that show it. */
  programs: number;
  /** The smallest program that does, with its schedule. */
  readonly scenario: Scenario;
  readonly size: number;
  readonly witness: DifferenceWitness;
}

export interface SearchResult {
  /** Programs of each size: all there are, looked at, and how many could not be explored completely. */
  readonly sizes: readonly {
    readonly size: number;
    readonly programs: number;
    readonly done: number;
    readonly bounded: number;
  }[];
  readonly kinds: readonly DifferenceKind[];
  /** Per level: the largest size up to which no program differs at it; every such program explored. */
  readonly equalUpTo: Readonly<Record<Level, number>>;
  readonly interrupted: boolean;
}

/** Compares two variants on all programs up to a size. */
export function searchDifferences(a: Variant, b: Variant, options: SearchOptions): SearchResult {
  const kinds = new Map<string, DifferenceKind>();
  const sizes: { size: number; programs: number; done: number; bounded: number }[] = [];
  let interrupted = false;
  for (let size = 1; size <= options.size && !interrupted; size++) {
    const row = { size, programs: countOfSize(size), done: 0, bounded: 0 };
    sizes.push(row);
    for (const scenario of programsOfSize(size)) {
      if (options.signal?.aborted === true || options.expired?.() === true) {
        interrupted = true;
        break;
      }
      if (!lookAt(scenario, size, a, b, options, kinds)) row.bounded++;
      options.onProgram?.(size, ++row.done, row.programs);
    }
  }
  const equalUpTo = Object.fromEntries(
    LEVELS.map((level) => [level, equalSize(level, [...kinds.values()], sizes)]),
  ) as Record<Level, number>;
  return { sizes, kinds: [...kinds.values()], equalUpTo, interrupted };
}

/** @returns whether the program was explored completely on both variants. */
function lookAt(
  scenario: Scenario,
  size: number,
  a: Variant,
  b: Variant,
  { executions, signal }: SearchOptions,
  kinds: Map<string, DifferenceKind>,
): boolean {
  const bounds = { executions, ...(signal !== undefined && { signal }) };
  const ofA = exploreSwitches(scenario, (id) => a.has(id), bounds);
  // Variants that agree on every switch that was read behave the same.
  const complete = ofA.completeness.kind === 'complete';
  if (complete && switchesRead().every((id) => a.has(id) === b.has(id))) return true;
  const comparison = compare(scenario, a, b, bounds);
  for (const level of comparison.levels) {
    if (!differs(level.verdict)) continue;
    const odd = [...level.gained, ...level.lost][0]!;
    const others = level.gained.length > 0 ? comparison.a.outcomes : comparison.b.outcomes;
    const paths = nearestPaths(level.level, odd, others);
    const key = `${level.level} ${paths.join(', ')}`;
    const known = kinds.get(key);
    if (known !== undefined) {
      known.programs++;
    } else {
      const witness = witnessOf(comparison, a, b)!;
      kinds.set(key, { level: level.level, paths, programs: 1, scenario, size, witness });
    }
    break;
  }
  return comparison.completeness.kind === 'complete';
}

/** What tells an outcome from the most similar one that the other variant has. */
function nearestPaths(
  level: Level,
  odd: ObservedOutcome,
  others: readonly ObservedOutcome[],
): string[] {
  return others
    .map(({ outcome }) => changedPaths(odd.outcome[level], outcome[level]))
    .reduce((best, paths) => (paths.length < best.length ? paths : best));
}

/** A level differs only where no outer one does; a difference further out is one further in, too. */
function equalSize(
  level: Level,
  kinds: readonly DifferenceKind[],
  sizes: SearchResult['sizes'],
): number {
  const inner = LEVELS.indexOf(level);
  const found = kinds.filter((kind) => LEVELS.indexOf(kind.level) <= inner);
  const first = Math.min(...found.map((kind) => kind.size), Infinity);
  let equal = 0;
  for (const { size, programs, done, bounded } of sizes) {
    if (size >= first || done < programs || bounded > 0) break;
    equal = size;
  }
  return equal;
}
