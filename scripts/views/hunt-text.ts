/** The document of `lzfree hunt` as text. */
import { replayCommand } from '../../model/report/replay-command';
import { formatTable } from '../cli/table';
import { counted, wrapText } from '../cli/text';
import type { Finding, HuntDocument, Way } from '../hunt-document';
import { indent } from './outcome-text';

/** @param folder where the programs were saved, if they were */
export function huntText(
  document: HuntDocument,
  folder: string | undefined,
  width: number,
): string {
  return [
    wrapText(huntAnswer(document), width),
    ...document.findings.map((finding, i) => findingText(finding, i + 1, document, folder, width)),
    coverage(document, width),
    ...(folder === undefined && document.findings.length > 0
      ? [
          wrapText(
            'To see one step by step, hunt with --save FOLDER: it writes programs to replay.',
            width,
          ),
        ]
      : []),
  ].join('\n\n');
}

/** The first line: what is broken, and whose it is. */
export function huntAnswer({ variant, findings, interrupted, bound }: HuntDocument): string {
  const stopped = interrupted ? ` ${stoppedText(bound)}` : '';
  const own = findings.filter(({ base }) => !base);
  const foreign = findings.length - own.length;
  const also = foreign === 0 ? '' : `; ${foreign} more that base has, too`;
  if (own.length === 0) return `${variant}: no promise was seen broken${also}.${stopped}`;
  const promises = new Set(own.map(({ promise }) => promise)).size;
  return (
    `${variant}: ${counted(own.length, 'fault')} against ` +
    `${counted(promises, 'promise')}${also}.${stopped}`
  );
}

const stoppedText = (bound: string | null): string =>
  bound === null ? 'The hunt was interrupted.' : `The hunt was bounded (${bound}).`;

function findingText(
  finding: Finding,
  number: number,
  { variant }: HuntDocument,
  folder: string | undefined,
  width: number,
): string {
  const { promise, detail, states, smallest, others } = finding;
  const lines = (texts: readonly string[]): string[] =>
    texts.map((text) =>
      indent(wrapText(text.trimStart(), width - 5), text.startsWith('  ') ? 5 : 3),
    );
  return [
    wrapText(`${number}. ${promise}: ${detail}`, width),
    ...lines([states, smallest.program, `  ${smallest.text} (${howText(smallest)})`]),
    // As one word, to be copied.
    ...(folder === undefined ? [indent(`by ${smallest.schedule}`, 5)] : []),
    ...lines([whoseText(finding), ...removalsText(finding)]),
    ...lines(
      others.length === 0 ? [] : ['Other ways:', ...others.map((way) => `  ${way.program}`)],
    ),
    ...(folder === undefined ? [] : ['', indent(wayCommand(smallest, folder, variant), 3)]),
  ].join('\n');
}

export const howText = ({ how }: Way): string =>
  ({
    complete: 'every interleaving was explored',
    bounded: 'not every interleaving was explored',
    interrupted: 'not every interleaving was explored',
    sampled: 'some interleavings were run',
  })[how];

export function whoseText({ base, variants }: Finding): string {
  if (base) return "base has it too: not the patch's";
  return `on ${variants.join(', ')}; base has it not`;
}

export function removalsText({ base, removals }: Finding): string[] {
  if (base) return [];
  if (removals.length === 0) return ['No one or two hunks can be left out to mend it.'];
  const which = removals.length === 1 ? 'Goes away without' : 'Goes away without any one of these:';
  return [which, ...removals.map((hunks) => `  ${hunks.join(' and ')}`)];
}

/** The command that shows it again, from the folder that it was saved in. */
export const wayCommand = ({ name, schedule }: Way, folder: string, variant: string): string =>
  replayCommand(`${folder}/${name}.yaml`, schedule, variant);

function coverage(document: HuntDocument, width: number): string {
  const { sizes, random, unjudged, executions, sequential, withoutDebugVm } = document;
  const rows = sizes.map((row) =>
    [row.size, row.programs, row.done, row.partly, row.unjudged, row.executions].map(String),
  );
  const right = { align: 'right' as const };
  const columns = [
    { title: 'Moves' },
    { title: 'Programs', ...right },
    { title: 'Run', ...right },
    { title: 'Not all of it', ...right },
    { title: 'Unjudged', ...right },
    { title: 'Executions', ...right },
  ];
  const parts = [`What was covered\n\n${formatTable(columns, rows, width)}`];
  parts.push(
    wrapText(
      (withoutDebugVm ? 'The kernel has no CONFIG_DEBUG_VM. ' : '') +
        (sequential ? 'The moves of a program come one after the other. ' : '') +
        'A program is run by every interleaving. Where that is more than ' +
        `${counted(executions, 'execution')}, the states that it can end in are found by states; ` +
        'where those are too many, it is looked at in part.' +
        (random.done === 0
          ? ''
          : ` Beyond these sizes ${random.done} random programs were run by ` +
            `${random.executions} random schedules.`),
      width,
    ),
  );
  for (const { reason, program, programs } of unjudged) {
    parts.push(
      wrapText(`Unjudged: ${counted(programs, 'program')}, such as '${program}': ${reason}`, width),
    );
  }
  return parts.join('\n\n');
}
