import type { DiffstatCheck } from '../../model/patch/diffstat';
import { COMPANIONS } from '../../model/patch/patch-report';
import type { PatchReport, ReportedHunk, ReportedPatch } from '../../model/patch/patch-report';
import { formatTable } from '../cli/table';
import { counted, wrapText } from '../cli/text';
import { printable } from './printable';

/** What the text says besides the report itself. */
export interface PatchesTextOptions {
  /** Columns that a line should fit. */
  readonly width: number;
  /** The reader's file; absent for the mail that lzfree is about. */
  readonly file?: string | undefined;
}

function inWords(parts: readonly (readonly [number, string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

/** The answer for the mail that lzfree is about: how much of the text there is. */
function mailAnswer({ patches, hunks }: PatchReport): string {
  const inRole = (role: string) =>
    hunks.filter(({ patch, text }) => text && patches[patch].role === role);
  const quoted = inRole('quoted');
  const completed = quoted.filter(({ status }) => status === 'completed').length;
  const announced = hunks.filter(({ status }) => status === 'announced').length;
  const fixup = inRole('reply').length;
  const own = `${counted(quoted.length, 'quoted hunk')} of 3/6 (${completed} completed)`;
  return `${own}, ${fixup} in the fixup, ${announced} announced.`;
}

/** The answer for a reader's file: how much of it is recognised. */
function fileAnswer({ hunks }: PatchReport): string {
  const count = (match: ReportedHunk['match']) =>
    hunks.filter((hunk) => hunk.match === match).length;
  const words = inWords([
    [count('exact'), 'exact'],
    [count('moved'), 'moved'],
    [count('reformatted'), 'reformatted'],
    [count('by-signature'), 'by signature'],
    [count('announced'), 'announced'],
    [count('comments'), 'comments only'],
    [count('takes-back'), 'taking others back'],
    [count('unknown'), 'unknown'],
  ]);
  return `${counted(hunks.length, 'hunk')}${words === '' ? '' : `: ${words}`}.`;
}

function verdictWords({ verdict, announced, quoted, recovered, short }: DiffstatCheck): string {
  const recoveredLines = recovered.added + recovered.removed;
  const has = quoted.added + quoted.removed + recoveredLines;
  if (verdict === 'agrees') return 'agrees';
  if (verdict === 'completed')
    return `agrees with the ${recoveredLines} recovered, ${short} short without`;
  if (verdict === 'announced') return `only announced, ${short} short`;
  if (verdict === 'unlisted') return 'not in the diffstat';
  return `differs: the diffstat says ${announced}, the hunks have ${has}`;
}

function hunkLines({ quoted, recovered }: DiffstatCheck): string {
  return `+${quoted.added + recovered.added} -${quoted.removed + recovered.removed}`;
}

function filesTable(patch: ReportedPatch, width: number): string {
  const rows = patch.diffstat.map((check) => [
    check.path,
    String(check.announced ?? ''),
    check.verdict === 'announced' ? '?' : hunkLines(check),
    verdictWords(check),
  ]);
  return formatTable(
    [
      { title: 'File', wrap: true },
      { title: 'Diffstat', align: 'right' },
      { title: 'Hunks' },
      { title: 'Check', wrap: true },
    ],
    rows,
    width,
  );
}

/** A hunk's id, and below it the names of its parts that are switches of their own. */
function hunkCell({ ids, switches, nearest, reverses, edits, file }: ReportedHunk): string {
  if (reverses !== undefined) return `${file}: ? (takes back ${reverses.join(', ')})`;
  if (edits !== undefined) return `${file}: ? (edits ${edits.join(', ')})`;
  if (ids.length === 0)
    return nearest === undefined ? `${file}: ?` : `${file}: ? (like ${nearest.id})`;
  return ids
    .flatMap((id) => {
      const parts = switches.filter((switchId) => switchId.startsWith(`${id}/`));
      return parts.length === 0 ? [id] : [id, ...parts.map((part) => `  ${part.slice(id.length)}`)];
    })
    .join('\n');
}

/** Hunks of a patch with the switches that model them. */
export function hunksTable(hunks: readonly ReportedHunk[], own: boolean, width: number): string {
  const rows = hunks.map((hunk) => [
    String(hunk.text?.position.line ?? '-'),
    hunkCell(hunk),
    hunk.text ? `+${hunk.text.added} -${hunk.text.removed}` : '?',
    own ? hunk.status : hunk.match,
  ]);
  return formatTable(
    [
      { title: 'Line', align: 'right' },
      { title: 'Hunk, its switches', wrap: true },
      { title: 'Lines' },
      { title: own ? 'Text' : 'Match' },
    ],
    rows,
    width,
  );
}

function patchTitle(patch: ReportedPatch): string {
  const place = patch.number === undefined ? '' : `${patch.number}/${patch.of} `;
  const roles = { quoted: ' (quoted by a reply)', reply: ' (brought by the reply)', patch: '' };
  const lost = patch.whiteSpace === 'collapsed' ? '; white space lost' : '';
  const subject = patch.subject === '' ? 'a diff' : patch.subject.replace(/^\[[^\]]*\] */, '');
  return `${place}${subject}${roles[patch.role]}${lost}`;
}

function remarks(report: PatchReport, own: boolean): string[] {
  const completed = report.hunks.flatMap(({ status, text }) => {
    if (status !== 'completed' || text === undefined) return [];
    const { position, added, recovered, unknown } = text;
    const lines = `${recovered} of its ${counted(added, 'added line')}`;
    return [
      `The hunk on line ${position.line} breaks off: ${lines} were recovered from the old side of ` +
        `the fixup, its last ${counted(unknown, 'context line')} stay unknown.`,
    ];
  });
  const announced = report.hunks.filter(({ status }) => status === 'announced');
  const files = [...new Set(announced.map(({ file }) => file))].join(', ');
  return [
    ...completed,
    ...(announced.length === 0
      ? []
      : [
          `${files} is only announced and modelled from facts: ${counted(announced.length, 'hunk')}.`,
        ]),
    ...(own
      ? [`The other five patches of the series, ${COMPANIONS} hunks, are modelled from facts too.`]
      : []),
  ];
}

/** The report as text: the answer first, then patch by patch its files and hunks, then what to know. */
export function patchesText(report: PatchReport, { width, file }: PatchesTextOptions): string {
  const own = file === undefined;
  const sender = [report.carrier, report.from, report.date].filter((word) => word !== undefined);
  const blocks = report.patches.map((patch, index) => {
    const hunks = report.hunks.filter((hunk) => hunk.patch === index);
    const files = patch.diffstat.length === 0 ? [] : [filesTable(patch, width)];
    return [
      wrapText(printable(patchTitle(patch)), width),
      ...files,
      hunksTable(hunks, own, width),
    ].join('\n\n');
  });
  const next = own ? 'Next: lzfree hunks' : `Next: lzfree import ${file}`;
  return [
    wrapText(own ? mailAnswer(report) : fileAnswer(report), width),
    wrapText(printable(sender.join(', ')), width),
    ...blocks,
    ...remarks(report, own).map((remark) => wrapText(remark, width)),
    next,
  ].join('\n\n');
}
