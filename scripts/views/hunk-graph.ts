/** What switches need to compile, as text and in the languages of two tools that draw graphs. */
import { wrapText } from '../cli/text';
import type { ReportedNeed, ReportedSwitch } from '../hunk-report';

/** `text` for reading, `mermaid` and `dot` (Graphviz) for drawing. */
export const GRAPH_FORMS = ['text', 'mermaid', 'dot'] as const;
export type GraphForm = (typeof GRAPH_FORMS)[number];

/** The relation; an arrow goes from a switch to one that it needs, dashed if only facts show it. */
export function hunkGraph(
  switches: readonly ReportedSwitch[],
  form: GraphForm,
  width: number,
): string {
  if (form === 'mermaid') return mermaid(switches);
  return form === 'dot' ? dot(switches) : graphText(switches, width);
}

function graphText(switches: readonly ReportedSwitch[], width: number): string {
  const needy = switches.filter(({ needs }) => needs.length > 0);
  const all = needy.flatMap(({ needs }) => needs);
  const fromText = all.filter(({ basis }) => basis === 'text').length;
  const answer =
    `${all.length} needs of ${needy.length} switches: ${fromText} shown by the mail's text, ` +
    `${all.length - fromText} by facts alone.`;
  const blocks = needy.map(({ id, needs }) => [id, ...needs.map((need) => needText(need, width))]);
  return [wrapText(answer, width), ...blocks.map((lines) => lines.join('\n'))].join('\n\n');
}

function needText({ symbol, from, basis }: ReportedNeed, width: number): string {
  return `  ${wrapText(`needs ${symbol} from ${from} (${basis})`, width, 4).trimStart()}`;
}

function mermaid(switches: readonly ReportedSwitch[]): string {
  const names = new Map(switches.map(({ id }, index) => [id, `s${index}`]));
  return [
    'graph LR',
    ...connected(switches).map(({ id }) => `  ${names.get(id)}["${id}"]`),
    ...edges(switches).map(({ id, from, symbol, basis }) => {
      const arrow = basis === 'text' ? '-->' : '-.->';
      return `  ${names.get(id)} ${arrow}|"${symbol}"| ${names.get(from)}`;
    }),
  ].join('\n');
}

function dot(switches: readonly ReportedSwitch[]): string {
  return [
    'digraph hunks {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...connected(switches).map(({ id }) => `  "${id}";`),
    ...edges(switches).map(({ id, from, symbol, basis }) => {
      const style = basis === 'text' ? 'solid' : 'dashed';
      return `  "${id}" -> "${from}" [label="${symbol}", style=${style}];`;
    }),
    '}',
  ].join('\n');
}

const edges = (switches: readonly ReportedSwitch[]) =>
  switches.flatMap(({ id, needs }) => needs.map((need) => ({ id, ...need })));

/** Those that need something or are needed. */
function connected(switches: readonly ReportedSwitch[]): ReportedSwitch[] {
  const needed = new Set(edges(switches).map(({ from }) => from));
  return switches.filter(({ id, needs }) => needs.length > 0 || needed.has(id));
}
