/** The steps that lead to what a remark is about, in columns that a mail can hold. */
import { traceLines } from '../../model/report/trace-text';
import type { Action, Scenario } from '../../model/scenario/ast';
import { printResult } from '../../model/scenario/errno';
import { resultOf } from '../../model/scenario/outcome';
import { printOperation } from '../../model/scenario/operation-syntax';
import type { Trace } from '../../model/scenario/trace';
import { wrapText } from '../cli/text';

const GAP = '  ';
/** A blank at which no line is broken, until the lines are made. */
const UNBROKEN = '\u00a0';

/**
 * Lines of at most `width` columns. Steps that run one after the other have a column for each process and
 * kernel thread; of what runs at the same time each CPU has one, with the changes that tell the story.
 */
export function sequenceLines(scenario: Scenario, trace: Trace, width: number): string[] {
  const { setup, threads, after } = scenario;
  if (threads.length > 1) {
    const concurrent = threads.flatMap(({ actor, operations }) =>
      operations.map((operation) => ({ actor, operation })),
    );
    const before = listLines([...setup, ...concurrent], trace, width);
    return [...before, '', ...traceLines(telling(trace), width)];
  }
  const [only] = threads.map(({ actor, operations }) =>
    operations.map((operation) => ({ actor, operation })),
  );
  return columnLines([...setup, ...(only ?? []), ...after], trace, width);
}

/** One line for each operation, in the column of who performs it. */
function columnLines(actions: readonly Action[], trace: Trace, width: number): string[] {
  const actors = [...new Set(actions.map(({ actor }) => actor.name))];
  const column = Math.floor((width - GAP.length * (actors.length - 1)) / actors.length);
  const head = actors.map((name) => name.padEnd(column)).join(GAP);
  const lines = [head.trimEnd(), actors.map(() => '-'.repeat(column)).join(GAP)];
  for (const action of actions) {
    const before = ' '.repeat(actors.indexOf(action.actor.name) * (column + GAP.length));
    for (const line of fitted(operationText(action, trace), column)) lines.push(before + line);
  }
  return lines;
}

/** What leads up to the steps that matter: who did what, a paragraph for each turn. */
function listLines(actions: readonly Action[], trace: Trace, width: number): string[] {
  const turns: { name: string; texts: string[] }[] = [];
  for (const action of actions) {
    const { name } = action.actor;
    if (turns.at(-1)?.name !== name) turns.push({ name, texts: [] });
    turns.at(-1)!.texts.push(operationText(action, trace));
  }
  const longest = Math.max(...turns.map(({ name }) => name.length)) + GAP.length;
  return turns.flatMap(({ name, texts }) =>
    fitted(name.padEnd(longest) + texts.join(', '), width, longest),
  );
}

/** Broken between words where it must be; a call stays in one piece. */
function fitted(text: string, width: number, hang = 2): string[] {
  const lines = text.length <= width ? text : wrapText(text, width, hang);
  return lines.replaceAll(UNBROKEN, ' ').split('\n');
}

/** The operation in words that need no manual, with its result where the scenario names it. */
function operationText({ operation }: Action, { outcome }: Trace): string {
  const { result, ...plain } = operation;
  const value = result === undefined ? undefined : resultOf(outcome, result);
  const tail = value === undefined ? '' : `: ${printResult(value)}`;
  const words = printOperation(plain).split(' ');
  return (WORDS[plain.verb]?.(words.slice(1)) ?? words.join(' ')) + tail;
}

/** Operations whose name in the scenario language says less than the kernel's. */
const WORDS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  madvise: ([range, behaviour]) => `madvise(${range},${UNBROKEN}MADV_${behaviour})`,
  mmap: ([area, kind]) => `mmap ${area} ${kind}`,
  'reclaim-until-gone': ([range]) => `reclaim until ${range} is swapped out`,
  reclaim: ([list]) => `shrink_${list}_list`,
  'drain-all': () => 'lru_add_drain_all',
  'numa-scan': () => 'task_numa_work',
  pin: ([range]) => `get_user_pages(${range})`,
  dma: ([, value]) => `device writes ${value}`,
  unpin: () => 'set_page_dirty_lock, put_page',
  migrate: ([range, node]) => `move_pages ${range} ${node}`,
  writeback: () => 'write-back ends',
  'remap-file-pages': ([page, offset]) =>
    `remap_file_pages(${page},${UNBROKEN}offset${UNBROKEN}${offset})`,
  'soft-offline': ([page]) => `soft_offline_page ${page}`,
  'memory-failure': ([page]) => `memory_failure ${page}`,
};

/** Words for how the kernel files a page or counts it, and not for what becomes of its data. */
const ASIDE =
  /\b(lru_\w+|mmap_sem|ptl of|tlb of|active_mm|pcp_\w+|nr_\w+|pg[a-z]+|rss_\w+|tlb_flush_pending)\b/;

/**
 * The trace with only the changes that tell the story: ptes, page flags, counts, swap. Results that have a
 * name stand with their operations above it.
 */
function telling(trace: Trace): Trace {
  const steps = trace.steps.map((step) => ({
    ...step,
    changes: step.changes.filter((change) => !ASIDE.test(change.split(':')[0])),
    state: step.state.filter(({ section, field }) => section !== 'results' || field !== ''),
  }));
  return { ...trace, steps };
}
