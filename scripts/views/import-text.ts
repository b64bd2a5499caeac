import { describeMissing } from '../../model/features/requires';
import { doubtsOf } from '../../model/patch/doubts';
import { isUsable, REVERSED, UNTOLD } from '../../model/patch/import-patch';
import type { ImportedPatch } from '../../model/patch/import-patch';
import type { HunkLine } from '../../model/patch/types';
import type { ReportedHunk } from '../../model/patch/patch-report';
import { counted, wrapText } from '../cli/text';
import { butFor, doubtSentences } from './doubts-text';
import { hunksTable } from './patches-text';
import { printable } from './printable';

/** What the text says besides the import itself. */
export interface ImportTextOptions {
  /** Columns that a line should fit. */
  readonly width: number;
  /** The file as the user named it. */
  readonly file: string;
  /** Unknown hunks were set aside by the user. */
  readonly ignoreUnknown: boolean;
  /** A variant that C would not compile is taken as a what-if. */
  readonly force: boolean;
}

const MARKERS: Readonly<Record<HunkLine['op'], string>> = {
  context: ' ',
  added: '+',
  removed: '-',
};

/** What is shown of unknown hunks; the document has all. */
const MOST_HUNKS = 10;
const MOST_LINES = 40;

/** The first line: which variant the file is, and what is not in that answer. */
function answer(imported: ImportedPatch, options: ImportTextOptions): string {
  const { ignoreUnknown, force } = options;
  const source = options.file === '-' ? 'Standard input' : options.file;
  const { name, given, unknown, unmet, untold, report } = imported;
  const file = force && unmet.length + untold.length > 0 ? `What-if: ${source}` : source;
  if (given.length === 0) return `${file} holds no hunk of the series.`;
  const builds =
    unmet.length > 0 ? ', which does not build' : untold.length > 0 ? `; ${UNTOLD}` : '';
  const but = butFor({ ...doubtsOf(report), unknown: [] });
  if (unknown.length === 0) return `${file} is ${name}${builds}${but}.`;
  const count = `${unknown.length} of its ${counted(report.hunks.length, 'hunk')}`;
  const are = unknown.length === 1 ? 'is' : 'are';
  return ignoreUnknown
    ? `${file} without ${count}, which ${are} not modelled, is ${name}${but}${builds}.`
    : `${file} is no variant that lzfree models: ${count} ${are} unknown.`;
}

/** What becomes of patches that the file has nothing of; of a file with none at all, nothing. */
function restText({ given, rest, restRule }: ImportedPatch): string | undefined {
  if (given.length === 0) return undefined;
  if (rest.length === 0) return 'It holds hunks of all six patches.';
  const holds = `It holds hunks of ${given.join(', ')}; nothing of ${rest.join(', ')}`;
  return restRule === 'posted'
    ? `${holds}, which are taken as posted (--rest absent leaves them out).`
    : `${holds}, which are left out (--rest posted takes them as posted).`;
}

function quoteLines({ text }: ReportedHunk): string[] {
  const lines = text?.lines ?? [];
  const shown = lines
    .slice(0, MOST_LINES)
    .map(({ op, text: line }) => `${MARKERS[op]}${line ?? '?'}`);
  const left = lines.length - shown.length;
  return [...shown, ...(left > 0 ? [`... and ${counted(left, 'line')} more`] : [])];
}

/** The known hunks that an unknown one is like, and how it differs. */
function likeLines({ nearest, candidates, reverses, edits }: ReportedHunk): string[] {
  if (reverses !== undefined) {
    return [`It takes back ${reverses.join(', ')}, which no patch before it has.`];
  }
  if (edits !== undefined) {
    return [`It edits ${edits.join(', ')} of an earlier patch: edited, that counts as absent.`];
  }
  if (candidates !== undefined) {
    const could = candidates.map((id) => `  ${id}`);
    return ['It could be any of these; a function behind its @@ would tell:', ...could];
  }
  if (nearest === undefined) return ['It is like no hunk of the series.'];
  const what = nearest.difference === undefined ? 'its symbols' : 'the changed code';
  const like = `Nearest: ${nearest.id} (${Math.round(nearest.likeness * 100)} % of ${what})`;
  if (nearest.difference === undefined) return [like];
  const difference = nearest.difference.split('\n').map((line) => `  ${line}`);
  return [like, 'Its lines (-) against those of this file (+):', ...difference];
}

/** What may keep a hunk from being recognised. */
function hinderedLines({ text, nearest, candidates, reverses, edits }: ReportedHunk): string[] {
  if (text === undefined || reverses !== undefined || edits !== undefined) return [];
  const isNameless = text.header === '' && candidates === undefined;
  const isBare = text.context === 0 && nearest !== undefined;
  return [
    ...(isNameless
      ? ['Its @@ line names no function, by which some hunks are told: diff -p, or git, writes it.']
      : []),
    ...(isBare
      ? ['It shows no lines around its change, by which it would be placed: diff -U3 writes them.']
      : []),
  ];
}

/** An unknown hunk as the file has it, and how it differs from the known one that it is most like. */
function unknownText(hunk: ReportedHunk): string {
  const { file, text } = hunk;
  const header = text === undefined || text.header === '' ? '' : `, ${text.header}`;
  const title = `Unknown, line ${text?.position.line ?? '-'}: ${file}${header}`;
  const quoted = quoteLines(hunk).map((line) => `  ${line}`);
  return [title, ...quoted, ...likeLines(hunk), ...hinderedLines(hunk)].map(printable).join('\n');
}

function unknownTexts(unknown: readonly ReportedHunk[]): string[] {
  const left = unknown.length - MOST_HUNKS;
  const more = left > 0 ? [`${counted(left, 'more unknown hunk')}: see --json`] : [];
  return [...unknown.slice(0, MOST_HUNKS).map(unknownText), ...more];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join('\n')];
}

/** What to do with the variant, or what it takes to make one of the file. */
function nextStep(imported: ImportedPatch, options: ImportTextOptions): string[] {
  const { given, unknown, name } = imported;
  const missing = imported.unmet.length + imported.untold.length;
  if (given.length === 0) {
    return unknown.some(({ reverses }) => reverses !== undefined) ? [`Next: ${REVERSED}.`] : [];
  }
  const doubts = [
    ...(unknown.length > 0 ? ['--ignore-unknown'] : []),
    ...(missing > 0 ? ['--force'] : []),
  ];
  if (!isUsable(imported, options)) {
    const count = unknown.length === 1 ? 'that hunk' : `those ${unknown.length} hunks`;
    const isWithout = unknown.length > 0 && !options.ignoreUnknown;
    const next = isWithout ? `Next, for the patch without ${count}` : 'Next';
    return [
      `${next}: lzfree import ${[options.file, ...doubts].join(' ')}`,
      ...(isWithout
        ? ["Or put what it changes into the model, as --edit takes it: 'lzfree help edit'."]
        : []),
    ];
  }
  const force = missing > 0 ? ' --force' : '';
  return [`Next: lzfree run SCENARIO --variant ${name}${force}`];
}

/** The import as text: the answer first, then every hunk, then what is missing or unknown. */
export function importText(imported: ImportedPatch, options: ImportTextOptions): string {
  const { report, unknown, unmet, untold, dropped } = imported;
  const { width } = options;
  const rest = restText(imported);
  // The unknown ones are in the answer, and shown below.
  const doubts = doubtSentences({ ...doubtsOf(report), unknown: [] });
  return [
    wrapText(answer(imported, options), width),
    ...doubts.map((sentence) => wrapText(sentence, width)),
    ...(rest === undefined ? [] : [wrapText(rest, width)]),
    hunksTable(report.hunks, false, width),
    ...section(
      'Not in it, taken back or edited, though others of their patch are ' +
        `(${counted(dropped.length, 'hunk')}):`,
      dropped,
    ),
    ...section(
      unknown.length === 0
        ? 'It would not compile:'
        : 'Without what is unknown it would not compile:',
      unmet.map((each) => wrapText(describeMissing(each), width - 2, 4)),
    ),
    ...section(
      'What it needs, and an unknown hunk may have; whether it builds cannot be told:',
      untold.map((each) => wrapText(describeMissing(each), width - 2, 4)),
    ),
    ...unknownTexts(unknown),
    ...nextStep(imported, options),
  ].join('\n\n');
}
