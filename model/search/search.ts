/** The whole difference between two variants: over every program up to a size, smallest first. */
import type { Scenario } from '../scenario/ast';
import { LEVELS, type Level } from '../scenario/outcome';
import type { Finding } from './look-at';
import { countOfSize, programsOfSize } from './programs';

export interface SearchOptions {
  /** Largest number of operations in the threads of a program. */
  readonly size: number;
  /** Looks at programs, in any way, and tells of each in their order; fewer if it was stopped. */
  readonly lookAtAll: (programs: Iterable<Scenario>) => AsyncIterable<Finding>;
  readonly onProgram?: (size: number, done: number, total: number) => void;
}

/** A kind of difference: which parts of the outcome it shows in, at its outermost level. */
export interface DifferenceKind {
  readonly level: Level;
  /** What differs, without names of pages and slots: `vmstat nr_file_pages`, `freeSwap`. */
  readonly paths: readonly string[];
  /** Programs that show it. */
  programs: number;
  /** The smallest program that does. */
  readonly scenario: Scenario;
  readonly size: number;
}

/** Programs of one size: all there are, looked at, and how many could not be explored completely. */
export interface SizeCount {
  readonly size: number;
  readonly programs: number;
  done: number;
  bounded: number;
}

export interface SearchResult {
  readonly sizes: readonly SizeCount[];
  readonly kinds: readonly DifferenceKind[];
  /** Per level: the largest size up to which no program differs at it; every such program explored. */
  readonly equalUpTo: Readonly<Record<Level, number>>;
  readonly interrupted: boolean;
}

/** Compares two variants on all programs up to a size. */
export async function searchDifferences(options: SearchOptions): Promise<SearchResult> {
  const kinds = new Map<string, DifferenceKind>();
  const sizes: SizeCount[] = [];
  for (let size = 1; size <= options.size; size++) {
    const row = { size, programs: countOfSize(size), done: 0, bounded: 0 };
    sizes.push(row);
    await searchSize(row, kinds, options);
    if (row.done < row.programs) break;
  }
  const equalUpTo = Object.fromEntries(
    LEVELS.map((level) => [level, equalSize(level, [...kinds.values()], sizes)]),
  ) as Record<Level, number>;
  const interrupted = sizes.some(({ done, programs }) => done < programs);
  return { sizes, kinds: [...kinds.values()], equalUpTo, interrupted };
}

async function searchSize(
  row: SizeCount,
  kinds: Map<string, DifferenceKind>,
  { lookAtAll, onProgram }: SearchOptions,
): Promise<void> {
  const handedOut: Scenario[] = [];
  const programs = function* () {
    for (const scenario of programsOfSize(row.size)) {
      handedOut.push(scenario);
      yield scenario;
    }
  };
  for await (const { completeness, difference } of lookAtAll(programs())) {
    const scenario = handedOut.shift()!;
    if (completeness.kind === 'interrupted') return;
    if (completeness.kind === 'bounded') row.bounded++;
    if (difference !== undefined) count(kinds, difference, scenario, row.size);
    onProgram?.(row.size, ++row.done, row.programs);
  }
}

function count(
  kinds: Map<string, DifferenceKind>,
  { level, paths }: NonNullable<Finding['difference']>,
  scenario: Scenario,
  size: number,
): void {
  const key = `${level} ${paths.join(', ')}`;
  const known = kinds.get(key);
  if (known !== undefined) known.programs++;
  else kinds.set(key, { level, paths, programs: 1, scenario, size });
}

/** A level differs only where no outer one does; a difference further out is one further in, too. */
function equalSize(
  level: Level,
  kinds: readonly DifferenceKind[],
  sizes: readonly SizeCount[],
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
