/** What a hunk is for, from the behaviours that change without it. */
import type { SwitchId } from '../features/hunk-id';
import { WHO } from '../report/level-words';
import { LEVELS, type Level } from '../scenario/outcome';
import { COLUMNS, type OffColumn } from './columns';
import type { MatrixRow } from './row';
import { counted } from '../explorer/counted';

export interface ChangedScenario {
  readonly name: string;
  readonly title: string;
  /** The outermost level that changes without the switch. */
  readonly level: Level;
  /** Whether an expectation of `fixed` fails then. */
  readonly fails: boolean;
}

export interface Purpose {
  readonly off: SwitchId;
  /** Switches that cannot be compiled without it: what changes may be theirs. */
  readonly with: readonly SwitchId[];
  /** The outermost level of all that changes. */
  readonly level: Level | null;
  /** The most telling first. */
  readonly scenarios: readonly ChangedScenario[];
  /** Scenarios in which a bound leaves open whether something changes. */
  readonly open: number;
  readonly sentence: string;
}

/** The titles that a sentence quotes. */
const QUOTED = 2;

/** @param left scenarios that were not explored */
export function purposeOf(column: OffColumn, rows: readonly MatrixRow[], left = 0): Purpose {
  const index = COLUMNS.indexOf(column);
  const differences = rows.map(({ cells }) => cells[index]!.differsAt);
  const scenarios = LEVELS.flatMap((level) =>
    rows
      .filter((_, k) => differences[k] === level)
      .sort((a, b) => fails(b, index) - fails(a, index) || changes(a, level) - changes(b, level))
      .map((row) => ({
        name: row.name,
        title: row.title,
        level,
        fails: fails(row, index) === 1,
      })),
  );
  const open = differences.filter((difference) => difference === 'unknown').length;
  const { off, with: gone } = column;
  const level = scenarios[0]?.level ?? null;
  const said = sentence(column, scenarios, { open, left });
  return { off, with: gone, level, scenarios, open, sentence: said };
}

const fails = ({ cells }: MatrixRow, index: number): number =>
  cells[index]!.expectations === 'no' ? 1 : 0;

/** In how many ways a scenario changes at a level: one that few switches change tells most of them. */
const changes = ({ cells }: MatrixRow, level: Level): number =>
  cells.filter(({ differsAt }) => differsAt === level).length;

function sentence(
  column: OffColumn,
  scenarios: readonly ChangedScenario[],
  { open, left }: { readonly open: number; readonly left: number },
): string {
  const without = `Without it${alsoOut(column.with.length)}`;
  const unsettled = [
    ...(open === 0 ? [] : [`; a bound leaves ${count(open)} open`]),
    ...(left === 0 ? [] : [`; ${count(left)} not explored`]),
  ].join('');
  const [first] = scenarios;
  if (first === undefined) {
    const none = unsettled === '' ? 'no scenario changes' : 'no scenario is known to change';
    return `${without} ${none}${unsettled}.`;
  }
  const atLevel = scenarios.filter(({ level }) => level === first.level);
  const titles = atLevel.slice(0, QUOTED).map(({ title }) => `"${title}"`);
  const more = atLevel.length > QUOTED ? ', among them ' : ': ';
  return (
    `${without} ${WHO[first.level]} sees a difference in ${count(atLevel.length)}${more}` +
    `${titles.join(' and ')}${unsettled}.`
  );
}

const alsoOut = (n: number): string =>
  n === 0 ? '' : n === 1 ? ' and the one that needs it' : ` and the ${n} that need it`;

const count = (n: number): string => counted(n, 'scenario');
