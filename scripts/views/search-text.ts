/** The result of `lzfree diff A B --search` as text. */
import { printOperation } from '../../model/scenario/operation-syntax';
import { reportDifference } from '../../model/report/diff-document';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import type { Scenario } from '../../model/scenario/ast';
import type { SearchResult } from '../../model/search/search';
import type { SearchDocument, WitnessedKind } from '../search';
import { formatTable } from '../cli/table';
import { wrapText } from '../cli/text';
import { indent } from './outcome-text';
import { witnessLines } from './witness-text';

interface Names {
  readonly a: string;
  readonly b: string;
}

/** The whole answer in at most `width` columns. */
export function searchText(result: SearchDocument, names: Names, width: number): string {
  const kinds = [...result.kinds].sort(
    (x, y) => LEVELS.indexOf(x.level) - LEVELS.indexOf(y.level) || x.size - y.size,
  );
  return [
    wrapText(searchAnswer(result, names), width),
    ...kinds.map((kind, i) => kindText(kind, i + 1, names, width)),
    coverage(result, width),
  ].join('\n\n');
}

/** The first line: at which levels the variants differ, and up to which size they do not. */
export function searchAnswer(result: SearchResult, { a, b }: Names): string {
  const levels = LEVELS.filter((level) => result.kinds.some((kind) => kind.level === level));
  const upTo = result.equalUpTo;
  const equal = (level: Level): string =>
    `${level} level: equal in every program of up to ${upTo[level]} operations`;
  if (levels.length === 0) return `${a} -> ${b}: no difference found; ${equal('internal')}.`;
  const outermost = LEVELS.indexOf(levels[0]!);
  const outer = LEVELS.slice(0, outermost).map(equal);
  return (
    [
      `${a} -> ${b}: they differ at ${levels.join(' and ')} level (${result.kinds.length} kinds)`,
      ...outer,
    ].join('; ') + '.'
  );
}

function kindText(kind: WitnessedKind, number: number, names: Names, width: number): string {
  const where = `${number}. ${kind.level} level: ${kind.paths.join(', ')}`;
  return [
    wrapText(where, width),
    `   in ${kind.programs} programs; the smallest has ${kind.size} operations:`,
    '',
    indent(programText(kind.scenario), 3),
    '',
    ...witnessLines(reportDifference(kind.witness, names.a, names.b), width - 3).map((line) =>
      indent(line, 3),
    ),
  ].join('\n');
}

/** A program in the scenario language, without what every found program has. */
export function programText({ setup, threads }: Scenario): string {
  return [
    'setup:',
    ...setup.map(({ actor, operation }) => `  - ${actor.name}: ${printOperation(operation)}`),
    'threads:',
    ...threads.map(
      ({ actor, operations }) =>
        `  ${actor.name}: [${operations.map((operation) => printOperation(operation)).join(', ')}]`,
    ),
  ].join('\n');
}

function coverage({ sizes, interrupted }: SearchResult, width: number): string {
  const rows = sizes.map(({ size, programs, done, bounded }) => [
    String(size),
    String(programs),
    String(done),
    bounded === 0 ? '-' : String(bounded),
  ]);
  const columns = [
    { title: 'Operations' },
    { title: 'Programs', align: 'right' as const },
    { title: 'Explored', align: 'right' as const },
    { title: 'Of these not completely', align: 'right' as const },
  ];
  const table = `What was searched\n\n${formatTable(columns, rows, width)}`;
  return interrupted ? `${table}\n\nThe search was stopped before its end.` : table;
}
