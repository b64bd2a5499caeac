/** The switches as plain text: where the model has each, and which scenarios pin it. */
import { wrapText } from '../cli/text';
import type { ReportedSwitch } from '../hunk-report';

/** The whole list; its first line is the answer. */
export function hunksText(switches: readonly ReportedSwitch[], width: number): string {
  return [
    wrapText(hunksAnswer(switches), width),
    ...switches.map((each) => switchText(each, width)),
  ].join('\n\n');
}

/** One sentence: how many of the switches that act are pinned. */
function hunksAnswer(switches: readonly ReportedSwitch[]): string {
  const acting = switches.filter(({ effect }) => effect !== 'none');
  const pinned = acting.filter(({ pinnedBy }) => pinnedBy.length > 0);
  const redundant = acting.filter((each) => each.redundant !== null);
  const inert = switches.length - acting.length;
  const rest = redundant.length > 0 ? `, ${redundant.length} redundant` : '';
  return `${pinned.length} of ${acting.length} acting switches pinned${rest}; ${inert} have no effect.`;
}

const INDENT = '  ';
const LABEL = 14;

function switchText(each: ReportedSwitch, width: number): string {
  const line = (label: string, text: string) =>
    INDENT + label.padEnd(LABEL) + wrapText(text, width, INDENT.length + LABEL);
  const places = each.modelledAt.map((place) => `${place.file}:${place.function}`);
  return [
    wrapText(each.id, width),
    ...(each.reason === null ? [] : [line(each.effect, each.reason)]),
    ...(places.length === 0 ? [] : [line('modelled at', places.join(', '))]),
    ...pinLines(each, line),
  ].join('\n');
}

function pinLines(
  { pinnedBy, redundant }: ReportedSwitch,
  line: (label: string, text: string) => string,
): string[] {
  if (redundant !== null) {
    return [line('redundant', redundant.reason), line('shown by', redundant.scenario)];
  }
  const names = [...new Set(pinnedBy.map(({ scenario }) => scenario))];
  return names.length === 0 ? [] : [line('pinned by', names.join(', '))];
}
