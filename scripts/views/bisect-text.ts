/** The document of `lzfree bisectable` as text. */
import type { BisectDocument, FaultResult, PrefixResult } from '../bisect';
import { formatTable } from '../cli/table';
import { counted, wrapText } from '../cli/text';
import type { MessageStep } from '../../model/hunt/bisect';
import { describePosition } from '../../model/patch/patch-error';
import { bySignatureSentence } from './doubts-text';
import { printable } from './printable';

export function bisectText(document: BisectDocument, width: number): string {
  const rows = document.prefixes.map((prefix) => [
    prefix.patch,
    buildsText(prefix),
    buildsText(prefix) === 'yes' ? String(prefix.faults) : '-',
    String(prefix.run),
    String(prefix.partly),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: 'After', wrap: true },
    { title: 'Builds' },
    { title: 'Faults', ...right },
    { title: 'Programs run', ...right },
    { title: 'Not all of it', ...right },
  ];
  const { prefixes, bySignature } = document;
  const broken = prefixes.filter(({ missing }) => missing.length > 0);
  return [
    wrapText(bisectAnswer(document), width),
    formatTable(columns, rows, width),
    ...fileTexts(prefixes).map((text) => wrapText(text, width)),
    ...broken.map((prefix) => wrapText(brokenText(prefix), width)),
    ...(bySignature.length === 0 ? [] : [wrapText(bySignatureSentence(bySignature), width)]),
    ...document.faults.map((fault) => wrapText(faultText(fault), width)),
    wrapText(
      `Programs: the suite and the small ones of the hunt, each by at most ` +
        `${counted(document.executions, 'execution')}.`,
      width,
    ),
  ].join('\n\n');
}

/** The first line: whether a bisection of the series meets more than the series itself has. */
export function bisectAnswer(document: BisectDocument): string {
  const { variant, patches, prefixes, faults } = document;
  if (prefixes.length === 0) {
    return `${variant}: stopped before the first of ${patches.length} prefixes was judged.`;
  }
  const unbuilt = prefixes.filter(({ missing }) => missing.length > 0).map(({ patch }) => patch);
  const unclear = prefixes.filter(isUnclear).map(({ patch }) => patch);
  const transient = faults.filter(({ course }) => course === 'transient').length;
  const introduced = faults.filter(({ course }) => course === 'introduced').length;
  const left = patches.length - prefixes.length;
  const stopped =
    left === 0
      ? ''
      : `stopped after ${prefixes.length} of ${patches.length} prefixes; up to there `;
  const all = left === 0 ? 'every prefix builds' : 'each builds';
  const not = [
    ...(unbuilt.length === 0 ? [] : [`does not build after ${unbuilt.join(', ')}`]),
    ...(unclear.length === 0 ? [] : [`cannot be told after ${unclear.join(', ')}`]),
  ];
  const builds = not.length === 0 ? all : not.join('; ');
  return (
    `${variant}: ${stopped}${builds}; ${counted(introduced, 'fault')} introduced, ` +
    `${transient} that ${transient === 1 ? 'comes and goes' : 'come and go'} within the series.`
  );
}

const isUnclear = ({ unclear }: PrefixResult): boolean => unclear.length > 0;

const buildsText = (prefix: PrefixResult): string =>
  isUnclear(prefix) ? '?' : prefix.missing.length === 0 ? 'yes' : 'NO';

/** What the steps are that a file's own messages make, and what of them is not told; none for a variant. */
function fileTexts(prefixes: readonly PrefixResult[]): string[] {
  const steps = prefixes.flatMap(({ patch, message }) => (message ? [{ patch, message }] : []));
  const subjects = steps
    .filter(({ patch, message }) => !['', patch].includes(message.subject))
    .map(({ patch, message }) => printable(`${patch}: ${message.subject}`));
  const idle = steps.filter(({ message }) => !message.changes).map(({ patch }) => patch);
  const change = idle.length === 1 ? 'changes' : 'change';
  return [
    ...(subjects.length === 0 ? [] : [subjects.join('\n')]),
    ...(isInOrder(steps.map(({ message }) => message)) ? [] : [OUT_OF_ORDER]),
    ...(idle.length === 0 ? [] : [`${idle.join(', ')} ${change} nothing that lzfree models.`]),
    ...prefixes.filter(isUnclear).map(unclearText),
  ];
}

const OUT_OF_ORDER =
  'The numbers of the messages do not rise. They are judged as they stand in the file, the order in ' +
  'which git am applies them.';

function isInOrder(messages: readonly MessageStep[]): boolean {
  const numbers = messages.flatMap(({ number }) => number ?? []);
  return numbers.every((number, index) => index === 0 || number >= numbers[index - 1]);
}

function unclearText({ patch, unclear }: PrefixResult): string {
  const hunks = unclear.map(({ file, position }) => `${file}, ${describePosition(position)}`);
  const are = hunks.length === 1 ? 'is' : 'are';
  return printable(
    `After ${patch} nothing tells whether it builds: ${counted(hunks.length, 'hunk')} of the file ${are} ` +
      `known only together with later messages: ${hunks.join('; ')}.`,
  );
}

const brokenText = ({ patch, missing }: PrefixResult): string =>
  `After ${patch} it does not build: ${missing.join('; ')}`;

function faultText({ fault, course, from, until, shown }: FaultResult): string {
  const by = from === undefined ? '' : ` by ${from}`;
  const gone = until === undefined ? '' : `, gone with ${until}`;
  return `${course}${by}${gone}: ${fault} (${shown})`;
}
