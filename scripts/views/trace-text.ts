/** `lzfree trace` as text: the answer, what is wrong, each switch, then the checks. */
import { wrapText } from '../cli/text';
import type { Check } from '../trace/check';
import type { CallChange } from '../trace/symbols';
import type { Trace, TracedPlace, TracedSwitch } from '../trace/trace';

/** The whole text; with all that is known of each switch, or with its places and specs only. */
export function traceText(traced: Trace, inFull: boolean, width: number): string {
  const failed = traced.checks.filter(({ passed }) => !passed);
  return [
    wrapText(answer(traced, failed), width),
    ...failed.map((each) => faultsText(each, width)),
    ...traced.switches.map((each) => switchText(each, inFull, width)),
    traced.checks.map((each) => checkLine(each, width)).join('\n'),
  ].join('\n\n');
}

function answer({ checks }: Trace, failed: readonly Check[]): string {
  const all = `${checks.length} checks of how model and patch are tied`;
  return failed.length === 0 ? `holds: all ${all}` : `FAILS: ${failed.length} of ${all}`;
}

function faultsText({ title, faults }: Check, width: number): string {
  const lines = faults.map((fault) => `  ${wrapText(fault, width, 4)}`);
  return [wrapText(`Not so: ${title}`, width), ...lines].join('\n');
}

const checkLine = ({ name, title, passed }: Check, width: number): string =>
  `${passed ? 'ok ' : 'NOT'} ${name.padEnd(LABEL)}${wrapText(title, width, LABEL + 4)}`;

const INDENT = '  ';
const LABEL = 18;

function switchText(each: TracedSwitch, inFull: boolean, width: number): string {
  const line = (label: string, text: string) =>
    INDENT + label.padEnd(LABEL) + wrapText(text, width, INDENT.length + LABEL);
  const many = (label: string, texts: readonly string[]) =>
    texts.length === 0 ? [] : [line(label, texts.join(', '))];
  return [
    wrapText(each.id, width),
    line('in C', `${each.file}:${each.function}`),
    ...each.places.map((place) => line('in the model', placeText(place))),
    ...(each.places.length === 0 && each.reason !== null ? [line('nowhere', each.reason)] : []),
    ...(inFull ? detailLines(each, many) : []),
    ...many('specs', each.specs),
  ].join('\n');
}

function placeText({ file, line, function: name, path, exception }: TracedPlace): string {
  return `${file}:${line} ${path?.join(' > ') ?? name}${exception === null ? '' : ` (${exception})`}`;
}

function detailLines(
  { effect, reason, defines, callsInText, callsInModel, reached }: TracedSwitch,
  many: (label: string, texts: readonly string[]) => string[],
): string[] {
  const calls = (name: string, change: CallChange | null) =>
    change === null
      ? []
      : [...many(`${name} calls`, change.added), ...many(`${name} no longer`, change.removed)];
  return [
    ...many('effect', [reason === null ? effect : `${effect}: ${reason}`]),
    ...many(
      'defines',
      defines.map(({ symbol, at }) => `${symbol} (${at ?? 'nowhere'})`),
    ),
    ...calls('C', callsInText),
    ...calls('model', callsInModel),
    ...many('reached in', reached.on === null ? [] : [reached.on]),
    ...many('without it in', reached.off === null ? [] : [reached.off]),
  ];
}
