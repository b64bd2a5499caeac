/** The result of `lzfree diff A B --search`: how two variants differ over all small programs. */
import { witnessOf, type Comparison } from '../diff/compare';
import { weaker, type Completeness } from '../diff/completeness';
import { diffBehaviours } from '../diff/outcome-diff';
import { minimize } from '../explorer/minimize';
import type { Variant } from '../features/variant';
import { printScenario } from '../scenario/print';
import { ScenarioProgram } from '../scenario/program';
import { LEVELS, type Level } from '../scenario/outcome';
import type { Gate } from '../search/gate';
import {
  differenceKey,
  differencesOf,
  exploreProgram,
  STATES_MOST,
  STEPS_MOST,
  type Difference,
} from '../search/look-at';
import type { Language } from '../search/programs';
import type { DifferenceKind, SearchResult, SizeCount } from '../search/search';
import { reportDifference, type ReportedDifference } from './diff-document';
import { replayCommand } from './replay-command';
import { counted } from '../explorer/counted';

/** Which programs were meant: the bound of every claim. */
export interface SearchBound {
  /** Most operations in the threads of a program, and most threads. */
  readonly size: number;
  readonly threads: number;
  /**
   * Most executions of one program on one variant, beyond which it is explored by states; most states then;
   * and most steps of each.
   */
  readonly executions: number;
  readonly states: number;
  readonly steps: number;
  readonly operations: { readonly process: readonly string[]; readonly kernel: readonly string[] };
  readonly beginnings: readonly {
    readonly name: string;
    readonly state: string;
    readonly pages: number;
    readonly processes: number;
  }[];
  /** Programs without this operation cannot tell the variants apart, and were not run. */
  readonly needs: { readonly operation: string; readonly reason: string } | null;
}

export interface ReportedKind extends Difference {
  /** Programs that show it. */
  readonly programs: number;
  /** The smallest program: its operations, its name and its text as a scenario file. */
  readonly size: number;
  readonly name: string;
  readonly title: string;
  readonly scenario: string;
  /** The schedule with the fewest context switches that was found, and both traces. */
  readonly witness: ReportedDifference & { readonly replay: string; readonly shortest: boolean };
}

/** What a search settled at one level. */
export interface SearchedLevel {
  /** The largest size up to which every program is the same on both variants. */
  readonly equalUpTo: number;
  /** The smallest at which one certainly is not. */
  readonly differsFrom: number | null;
}

export interface SearchDocument {
  readonly schema: 'lzfree/diff-search';
  readonly version: 5;
  readonly a: string;
  readonly b: string;
  /** The outermost level at which any program differs. */
  readonly differsAt: Level | null;
  readonly completeness: Completeness;
  readonly bound: SearchBound;
  readonly levels: Readonly<Record<Level, SearchedLevel>>;
  readonly kinds: readonly ReportedKind[];
  readonly sizes: readonly SizeCount[];
  /** What the programs do that were not explored completely. */
  readonly incomplete: readonly string[];
}

/** Stands for the folder in replay commands as long as the programs were not saved. */
export const UNSAVED = 'DIR';

interface Named {
  readonly name: string;
  readonly variant: Variant;
}

export interface SearchSubject {
  readonly a: Named;
  readonly b: Named;
  readonly language: Language;
  readonly size: number;
  readonly executions: number;
  readonly gate: Gate | undefined;
  /** Where a kind's scenario is stored, for the replay command. */
  readonly file: (name: string) => string;
}

/** The document of a search. It runs the smallest program of each kind once more, for its traces. */
export function searchDocument(subject: SearchSubject, result: SearchResult): SearchDocument {
  const kinds = [...result.kinds].sort(outermostFirst).map((kind) => reportKind(kind, subject));
  const { sizes, incomplete } = result;
  return {
    schema: 'lzfree/diff-search',
    version: 5,
    a: subject.a.name,
    b: subject.b.name,
    differsAt: kinds[0]?.level ?? null,
    completeness: completenessOf(result),
    bound: boundOf(subject),
    levels: levelsOf(result),
    kinds,
    sizes,
    incomplete,
  };
}

const outermostFirst = (x: DifferenceKind, y: DifferenceKind): number =>
  LEVELS.indexOf(x.level) - LEVELS.indexOf(y.level) ||
  x.smallest.size - y.smallest.size ||
  x.smallest.number - y.smallest.number;

function completenessOf(result: SearchResult): Completeness {
  const bounded: Completeness =
    result.incomplete.length === 0
      ? { kind: 'complete' }
      : {
          kind: 'bounded',
          bound: `${counted(STATES_MOST, 'state')}, ${counted(STEPS_MOST, 'step')}`,
        };
  return result.interrupted ? weaker(bounded, { kind: 'interrupted' }) : bounded;
}

function boundOf({ language, size, executions, gate }: SearchSubject): SearchBound {
  return {
    size,
    threads: Math.min(size, language.threads),
    executions,
    states: STATES_MOST,
    steps: STEPS_MOST,
    operations: language.alphabet,
    beginnings: language.beginnings.map(({ name, state, pages, processes }) => ({
      name,
      state,
      pages,
      processes: processes.length,
    })),
    needs: gate === undefined ? null : { operation: gate.operation, reason: gate.reason },
  };
}

function levelsOf({ kinds, equalUpTo }: SearchResult): SearchDocument['levels'] {
  const of = (level: Level) => {
    const inner = LEVELS.indexOf(level);
    const found = kinds.filter((kind) => LEVELS.indexOf(kind.level) <= inner);
    const first = Math.min(...found.map(({ smallest }) => smallest.size));
    return { equalUpTo: equalUpTo[level], differsFrom: found.length === 0 ? null : first };
  };
  return { user: of('user'), system: of('system'), internal: of('internal') };
}

/** Executions to spend on a schedule with fewer context switches. */
const MINIMIZING = 2000;

function reportKind(kind: DifferenceKind, subject: SearchSubject): ReportedKind {
  const { scenario, size } = kind.smallest;
  const { a, b, executions } = subject;
  const ofA = exploreProgram(scenario, a.variant, { executions });
  const ofB = exploreProgram(scenario, b.variant, { executions });
  const key = differenceKey(kind);
  const { observed } = differencesOf(
    scenario,
    { variant: a.variant, behaviour: ofA },
    { variant: b.variant, behaviour: ofB },
  ).find(({ difference }) => differenceKey(difference) === key)!;
  const doer = kind.direction === 'gained' ? b : a;
  const program = new ScenarioProgram(scenario, (id) => doer.variant.has(id));
  const { schedule, exact } = minimize(program, observed.schedule, MINIMIZING);
  const only = [{ ...observed, schedule }];
  const none: typeof only = [];
  const levels = diffBehaviours(ofA, ofB).map((level) => ({
    ...level,
    gained: level.level === kind.level && kind.direction === 'gained' ? only : none,
    lost: level.level === kind.level && kind.direction === 'lost' ? only : none,
  }));
  const comparison: Comparison = {
    scenario,
    a: ofA,
    b: ofB,
    levels,
    differsAt: kind.level,
    completeness: weaker(ofA.completeness, ofB.completeness),
  };
  const witness = reportDifference(witnessOf(comparison, a.variant, b.variant)!, a.name, b.name);
  const replay = replayCommand(subject.file(scenario.name), witness.schedule, witness.variant);
  const { level, direction, paths, programs } = kind;
  return {
    level,
    direction,
    paths,
    programs,
    size,
    name: scenario.name,
    title: scenario.title,
    scenario: printScenario(scenario),
    witness: { ...witness, replay, shortest: exact },
  };
}
