/** What is said of a patch that a variant stands for only in part. */
import type { Doubts, UnknownHunk } from '../../model/patch/doubts';
import { describePosition } from '../../model/patch/patch-error';
import { counted } from '../cli/text';
import { printable } from './printable';

/** More unknown hunks are counted: `lzfree import` shows them. */
const MOST_NAMED = 10;

/** A sentence for each kind of doubt, the graver first; none where there is no doubt. */
export const doubtSentences = ({ unknown, bySignature, otherBase }: Doubts): string[] => [
  ...(unknown.length === 0 ? [] : [unknownSentence(unknown)]),
  ...(bySignature.length === 0 ? [] : [bySignatureSentence(bySignature)]),
  ...(otherBase.length === 0 ? [] : [otherBaseSentence(otherBase)]),
];

/** `, but for 1 hunk that is not modelled and the text of 2 hunks`: for the sentence that answers. */
export function butFor({ unknown, bySignature, otherBase }: Doubts): string {
  const are = unknown.length === 1 ? 'is' : 'are';
  const parts = [
    ...(unknown.length === 0
      ? []
      : [`${counted(unknown.length, 'hunk')} that ${are} not modelled`]),
    ...(bySignature.length === 0 ? [] : [`the text of ${counted(bySignature.length, 'hunk')}`]),
    ...(otherBase.length === 0 ? [] : ['the other kernel that it is for']),
  ];
  return parts.length === 0 ? '' : `, but for ${parts.join(' and ')}`;
}

export function unknownSentence(unknown: Doubts['unknown']): string {
  const count = counted(unknown.length, 'hunk');
  const are = unknown.length === 1 ? 'is unknown and counts' : 'are unknown and count';
  const left = unknown.length - MOST_NAMED;
  const named = unknown.slice(0, MOST_NAMED).map(unknownText);
  const all = [...named, ...(left > 0 ? [`${left} more`] : [])];
  return `${count} ${are} as absent: ${all.join('; ')}.`;
}

export function bySignatureSentence(ids: Doubts['bySignature']): string {
  const one = ids.length === 1;
  const were = one ? 'was' : 'were';
  const text = `${one ? 'its' : 'their'} text was not compared`;
  return `${counted(ids.length, 'hunk')} ${were} recognised by signature only, ${text}: ${ids.join(', ')}.`;
}

function otherBaseSentence(values: Doubts['otherBase']): string {
  const named = values.map(
    ({ file, name, found, posted }) => `${file}: ${name} is ${found}, not ${posted}`,
  );
  return printable(
    `Lines around its hunks are not those of the kernel of the series: ${named.join('; ')}.`,
  );
}

function unknownText({ file, position, nearest, edits }: UnknownHunk): string {
  const nearestText = nearest === null ? '' : ` (nearest: ${nearest})`;
  const like = edits.length > 0 ? ` (it edits ${edits.join(', ')}: absent too)` : nearestText;
  return printable(`${file}, ${describePosition(position)}${like}`);
}
