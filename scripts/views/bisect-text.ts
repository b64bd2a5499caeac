/** The document of `lzfree bisectable` as text. */
import type { BisectDocument, FaultResult, PrefixResult } from '../bisect';
import { formatTable } from '../cli/table';
import { counted, wrapText } from '../cli/text';

export function bisectText(document: BisectDocument, width: number): string {
  const rows = document.prefixes.map((prefix) => [
    prefix.patch,
    prefix.missing.length === 0 ? 'yes' : 'NO',
    prefix.missing.length === 0 ? String(prefix.faults) : '-',
    String(prefix.run),
    String(prefix.partly),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: 'After' },
    { title: 'Builds' },
    { title: 'Faults', ...right },
    { title: 'Programs run', ...right },
    { title: 'Not all of it', ...right },
  ];
  const broken = document.prefixes.filter(({ missing }) => missing.length > 0);
  return [
    wrapText(bisectAnswer(document), width),
    formatTable(columns, rows, width),
    ...broken.map((prefix) => wrapText(brokenText(prefix), width)),
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
  const transient = faults.filter(({ course }) => course === 'transient').length;
  const introduced = faults.filter(({ course }) => course === 'introduced').length;
  const left = patches.length - prefixes.length;
  const stopped =
    left === 0
      ? ''
      : `stopped after ${prefixes.length} of ${patches.length} prefixes; up to there `;
  const all = left === 0 ? 'every prefix builds' : 'each builds';
  const builds = unbuilt.length === 0 ? all : `does not build after ${unbuilt.join(', ')}`;
  return (
    `${variant}: ${stopped}${builds}; ${counted(introduced, 'fault')} introduced, ` +
    `${transient} that ${transient === 1 ? 'comes and goes' : 'come and go'} within the series.`
  );
}

const brokenText = ({ patch, missing }: PrefixResult): string =>
  `After ${patch} it does not build: ${missing.join('; ')}`;

function faultText({ fault, course, from, until, shown }: FaultResult): string {
  const by = from === undefined ? '' : ` by ${from}`;
  const gone = until === undefined ? '' : `, gone with ${until}`;
  return `${course}${by}${gone}: ${fault} (${shown})`;
}
