/** The whole difference between two variants: over every program up to a size, smallest first. */
import { LEVELS, type Level } from '../scenario/outcome';
import { differenceKey, type Difference, type Finding } from './look-at';
import { countOfSize, programsOfSize, type Language, type Program } from './programs';

export interface SearchOptions {
  readonly language: Language;
  /** Largest number of operations in the threads of a program. */
  readonly size: number;
  /** Looks at programs, in any way, and tells of each in their order; fewer if it was stopped. */
  readonly lookAtAll: (programs: Iterable<Program>) => AsyncIterable<Finding>;
  /** Called after each program; the state is the one that a later search can begin with. */
  readonly onProgram?: (state: SearchState) => void | Promise<void>;
  /** Where an earlier search of the same programs was stopped. It goes on there, and changes it. */
  readonly state?: SearchState;
}

/** A kind of difference: which parts of the outcome it shows in, at its outermost level. */
export interface DifferenceKind extends Difference {
  /** Programs that show it. */
  programs: number;
  /** The smallest program that does. */
  readonly smallest: Program;
}

/** The programs of one size. */
export interface SizeCount {
  readonly size: number;
  /** All of the language. */
  readonly all: number;
  /** Those that can reach what differs, and so are looked at. */
  readonly programs: number;
  done: number;
  /** Of these: no execution reads a switch in which the variants differ. */
  unreached: number;
  /** Of these: not explored completely, so that a difference may have been missed. */
  incomplete: number;
  /** Of these: explored by states on a variant, as there were too many executions. */
  byStates: number;
  /** Executions of all of them on both variants; of those explored by states, the ones before that. */
  executions: number;
}

/** How far a search is and what it found; plain data. */
export interface SearchState {
  readonly sizes: SizeCount[];
  readonly kinds: DifferenceKind[];
  /** What the programs do that were not explored completely. */
  readonly incomplete: string[];
}

export interface SearchResult extends SearchState {
  /** Per level: the largest size up to which no program differs at it; every such program explored. */
  readonly equalUpTo: Readonly<Record<Level, number>>;
  readonly interrupted: boolean;
}

export const emptySearch = (): SearchState => ({ sizes: [], kinds: [], incomplete: [] });

/** Compares two variants on all programs up to a size. */
export async function searchDifferences(options: SearchOptions): Promise<SearchResult> {
  const state = options.state ?? emptySearch();
  for (let size = 1; size <= options.size; size++) {
    const row = rowOf(state, size, options.language);
    await searchSize(row, state, options);
    if (row.done < row.programs) break;
  }
  const sizes = state.sizes.filter(({ size }) => size <= options.size);
  const equalUpTo = Object.fromEntries(
    LEVELS.map((level) => [level, equalSize(level, state.kinds, sizes)]),
  ) as Record<Level, number>;
  const interrupted = sizes.length < options.size || sizes.some((row) => row.done < row.programs);
  return { ...state, equalUpTo, interrupted };
}

function rowOf({ sizes }: SearchState, size: number, language: Language): SizeCount {
  const known = sizes.find((row) => row.size === size);
  if (known !== undefined) return known;
  const { all, yielded } = countOfSize(size, language);
  const row = {
    size,
    all,
    programs: yielded,
    done: 0,
    unreached: 0,
    incomplete: 0,
    byStates: 0,
    executions: 0,
  };
  sizes.push(row);
  return row;
}

async function searchSize(
  row: SizeCount,
  state: SearchState,
  { language, lookAtAll, onProgram }: SearchOptions,
): Promise<void> {
  const handedOut: Program[] = [];
  const done = row.done;
  const programs = function* () {
    for (const program of programsOfSize(row.size, language)) {
      if (program.number <= done) continue;
      handedOut.push(program);
      yield program;
    }
  };
  for await (const finding of lookAtAll(programs())) {
    if (finding.completeness.kind === 'interrupted') return;
    account(finding, handedOut.shift()!, row, state);
    await onProgram?.(state);
  }
}

function account(finding: Finding, program: Program, row: SizeCount, state: SearchState): void {
  row.done++;
  row.executions += finding.executions;
  if (finding.byStates) row.byStates++;
  if (finding.completeness.kind !== 'complete') {
    row.incomplete++;
    state.incomplete.push(program.scenario.title);
  } else if (!finding.reached) {
    row.unreached++;
  }
  for (const difference of finding.differences) {
    const key = differenceKey(difference);
    const known = state.kinds.find((kind) => differenceKey(kind) === key);
    if (known !== undefined) known.programs++;
    else state.kinds.push({ ...difference, programs: 1, smallest: program });
  }
}

/** A level differs only where no outer one does; a difference further out is one further in, too. */
function equalSize(
  level: Level,
  kinds: readonly DifferenceKind[],
  sizes: readonly SizeCount[],
): number {
  const inner = LEVELS.indexOf(level);
  const found = kinds.filter((kind) => LEVELS.indexOf(kind.level) <= inner);
  const first = Math.min(...found.map(({ smallest }) => smallest.size), Infinity);
  let equal = 0;
  for (const { size, programs, done, incomplete } of sizes) {
    if (size >= first || done < programs || incomplete > 0) break;
    equal = size;
  }
  return equal;
}
