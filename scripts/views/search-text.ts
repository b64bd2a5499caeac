/** The result of `lzfree diff A B --search` as text; the first paragraph is the answer. */
import type { ReportedKind, SearchDocument } from '../../model/report/search-document';
import { LEVELS, type Level } from '../../model/scenario/outcome';
import { formatTable } from '../cli/table';
import { counted, wrapText } from '../cli/text';
import { indent } from './outcome-text';
import { isWhole, searchedText } from './searched-text';
import { UNSAVED } from '../../model/report/search-document';
import { witnessLines } from './witness-text';

/** The whole answer in at most `width` columns. */
export function searchText(document: SearchDocument, width: number): string {
  return [
    wrapText(searchAnswer(document), width),
    ...document.kinds.map((kind, i) => kindText(kind, i + 1, document, width)),
    coverage(document, width),
    ...hint(document),
  ].join('\n\n');
}

/** The replay commands name files, which are there once they are asked for. */
function hint({ kinds }: SearchDocument): string[] {
  const saved = kinds.every(({ witness }) => !witness.replay.includes(` ${UNSAVED}/`));
  return saved ? [] : [`With --save ${UNSAVED} the programs are written as scenario files.`];
}

const VIEWERS: Readonly<Record<Level, string>> = {
  user: 'a program',
  system: 'an administrator',
  internal: 'the kernel itself',
};

/** Who can see a difference, from which size on, and up to which size nobody can. */
export function searchAnswer(document: SearchDocument): string {
  const { a, b, differsAt, bound } = document;
  const parts = LEVELS.map((level) => levelAnswer(level, document));
  const verdict = differsAt === null ? 'no difference found' : `they differ at ${differsAt} level`;
  const searched = `Programs of up to ${counted(bound.size, 'operation')}: ${searchedText(document)}`;
  return `${a} -> ${b}: ${verdict}: ${parts.join('; ')}. ${searched}.`;
}

function levelAnswer(level: Level, { levels }: SearchDocument): string {
  const { equalUpTo, differsFrom } = levels[level];
  const none = `none of up to ${counted(equalUpTo, 'operation')}`;
  if (differsFrom === null) return `${VIEWERS[level]} sees it in ${none}`;
  const from = `${VIEWERS[level]} sees it from ${counted(differsFrom, 'operation')} on`;
  return equalUpTo === differsFrom - 1 ? from : `${from} (certainly ${none})`;
}

function kindText(
  kind: ReportedKind,
  number: number,
  names: SearchDocument,
  width: number,
): string {
  const { level, direction, paths, programs, size, scenario, witness } = kind;
  const doer = direction === 'gained' ? names.b : names.a;
  return [
    wrapText(`${number}. ${level} level, only ${doer}: ${paths.join(', ')}`, width, 3),
    `   in ${counted(programs, 'program')}; the smallest has ${counted(size, 'operation')}:`,
    '',
    indent(programText(scenario), 3),
    '',
    ...witnessLines(witness, width - 3).map((line) => indent(line, 3)),
  ].join('\n');
}

/** The part of a scenario's text that tells it from the others: set-up and threads. */
function programText(scenario: string): string {
  return scenario.slice(scenario.indexOf('setup:'), scenario.indexOf('\nafter:'));
}

function coverage(document: SearchDocument, width: number): string {
  const { sizes, bound, incomplete } = document;
  const rows = sizes.map((row) => [
    String(row.size),
    String(row.all),
    String(row.all - row.programs),
    `${row.done} of ${row.programs}`,
    String(row.unreached),
    String(row.byStates),
    String(row.incomplete),
    String(row.executions),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: 'Operations' },
    { title: 'Programs', ...right },
    { title: 'Cannot', ...right },
    { title: 'Explored', ...right },
    { title: 'Never reach it', ...right },
    { title: 'By states', ...right },
    { title: 'Incomplete', ...right },
    { title: 'Executions', ...right },
  ];
  const { process, kernel } = bound.operations;
  const needs =
    bound.needs === null
      ? []
      : [
          `Cannot: programs without '${bound.needs.operation}' are equal, and were not run, because ` +
            `${bound.needs.reason}.`,
        ];
  return [
    'What was searched',
    formatTable(columns, rows, width),
    ...needs.map((line) => wrapText(line, width)),
    wrapText(
      'Never reach it: no execution reads a switch in which the variants differ. By states: explored ' +
        `so, for all outcomes, as there are more than ${counted(bound.executions, 'execution')} on a ` +
        `variant. Incomplete: more than ${counted(bound.states, 'state')}, too, or an execution of more ` +
        `than ${counted(bound.steps, 'step')}.`,
      width,
    ),
    wrapText(
      `Threads: up to ${bound.threads}. Of a process: ${process.join(', ')}. ` +
        `Of the kernel: ${kernel.join(', ')}.`,
      width,
    ),
    'Page a at the beginning:\n' +
      formatTable(
        [
          { title: 'Name' },
          { title: 'State', wrap: true },
          { title: 'Pages', ...right },
          { title: 'Processes', ...right },
        ],
        bound.beginnings.map(({ name, state, pages, processes }) => [
          name,
          state,
          String(pages),
          String(processes),
        ]),
        width,
      ),
    ...(incomplete.length === 0
      ? []
      : [
          `Incomplete, the first of ${incomplete.length}:\n` +
            incomplete
              .slice(0, SHOWN)
              .map((title) => wrapText(`  ${title}`, width, 4))
              .join('\n'),
        ]),
    ...(isWhole(document) ? [] : ['The search was stopped before its end.']),
  ].join('\n\n');
}

/** Incomplete programs to name. */
const SHOWN = 5;
