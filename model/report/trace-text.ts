/** A trace as text: one column for each CPU that takes part, if there is room, and only what changed. */
import type { Trace, TraceStep } from '../scenario/trace';
import type { Wait } from '../scenario/waits';
import { effectsOf } from './step-effects';

const GAP = '  ';

/** In columns that are narrower most changes would be broken, and names cut. */
const NARROWEST = 24;

/**
 * Lines of at most `width` columns: the threads' names, a rule, then one line or more a step. With too many
 * threads for columns beside each other, each line begins with the name instead.
 *
 * @param waits what comes last: for what threads wait for ever
 */
export function traceLines(trace: Trace, width = 80, waits: readonly Wait[] = []): string[] {
  const shown = [...entries(trace.steps), ...waits.map((wait) => waitEntry(wait, trace))];
  const acting = [...trace.steps, ...waits].map(({ thread }) => thread);
  const threads = [...new Set(acting)].sort((a, b) => a - b);
  const heads = new Map(threads.map((each) => [each, `CPU${each} ${nameOf(trace, each)}`]));
  const column = Math.floor((width - GAP.length * (threads.length - 1)) / threads.length);
  const isTooNarrow = threads.length > 1 && column < NARROWEST;
  return isTooNarrow ? namedLines(shown, heads, width) : columnLines(shown, heads, column);
}

/** What heads the column of each thread. */
type Heads = ReadonlyMap<number, string>;

/** A column for each thread. */
function columnLines(shown: readonly Entry[], heads: Heads, column: number): string[] {
  const threads = [...heads.keys()];
  const place = (thread: number, text: string): string => {
    const before = ' '.repeat(threads.indexOf(thread) * (column + GAP.length));
    return (before + text).trimEnd();
  };
  const head = [...heads.values()].map((name) => fit(name, column).padEnd(column)).join(GAP);
  const lines = [head.trimEnd(), threads.map(() => '-'.repeat(column)).join(GAP)];
  for (const { thread, text } of shown) {
    for (const piece of wrap(text, column)) lines.push(place(thread, piece));
  }
  return lines;
}

/** One column, each entry with the name of its thread before it. */
function namedLines(shown: readonly Entry[], heads: Heads, width: number): string[] {
  const longest = Math.max(...[...heads.values()].map((name) => name.length));
  const before = longest + ': '.length;
  const room = Math.max(width - before, NARROWEST);
  return shown.flatMap(({ thread, text }) =>
    wrap(text, room).map((piece, index) => {
      const name = index === 0 ? `${heads.get(thread)!}:` : '';
      return name.padEnd(before) + piece;
    }),
  );
}

/** What comes after the threads has no name of its own. */
const nameOf = ({ threads }: Trace, thread: number): string => threads[thread] ?? 'after';

interface Entry {
  readonly thread: number;
  readonly text: string;
}

/** What is worth a line: a kernel function when the thread enters it with an effect, and each effect. */
function entries(steps: readonly TraceStep[]): Entry[] {
  const shown: Entry[] = [];
  let last = '';
  for (const step of steps) {
    const effects = effectsOf(step);
    if (effects.length === 0) continue;
    const inner = step.functions.slice(-2).join(' > ');
    const where = `${step.thread} ${inner}`;
    if (where !== last && inner !== '') shown.push({ thread: step.thread, text: inner });
    last = where;
    for (const effect of effects) shown.push({ thread: step.thread, text: `  ${effect}` });
  }
  return shown;
}

function waitEntry({ thread, object, holders }: Wait, trace: Trace): Entry {
  const names = holders.map((holder) => nameOf(trace, holder));
  return {
    thread,
    text: `waits for ${object}, held by ${names.join(' and ') || 'the set-up'}`,
  };
}

function wrap(text: string, width: number): string[] {
  const indent = /^ */.exec(text)![0];
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const cut = rest.lastIndexOf(' ', width);
    const at = cut > indent.length + 2 ? cut : width;
    pieces.push(rest.slice(0, at).trimEnd());
    rest = `${indent}  ${rest.slice(at).trimStart()}`;
  }
  return [...pieces, rest];
}

const fit = (text: string, width: number): string => text.slice(0, width);
