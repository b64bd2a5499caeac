/** The rows of a timeline: what is worth a line, on one variant or on two beside each other. */
import type { AlignedStep } from '../../../model/diff/align';
import { effectsOf } from '../../../model/report/step-effects';
import {
  applyChanges,
  type StateCell,
  type StateChange,
} from '../../../model/scenario/state-cells';
import type { Trace, TraceStep } from '../../../model/scenario/trace';

/** One or two executions that are shown together. */
export interface Executions {
  readonly a: Trace;
  readonly b: Trace | null;
  /** Steps of `a` beside those of `b`. */
  readonly aligned: readonly AlignedStep[];
}

/** What a step of one side shows. */
export interface RowEvent {
  /** Innermost kernel functions, where they are not those of the line before. */
  readonly where: string;
  readonly effects: readonly string[];
  readonly step: number;
}

export interface Row {
  readonly thread: number;
  /** `same`: both sides do it; `differs`: both take the step, with other effects. */
  readonly kind: 'same' | 'differs' | 'a' | 'b';
  /** The thread differs from that of the row before. */
  readonly switches: boolean;
  /** Line of the scenario that the step belongs to. */
  readonly line: number | undefined;
  readonly a: RowEvent | null;
  readonly b: RowEvent | null;
}

/** The state of one side after a row, and the cells that the row changed. */
export interface SideState {
  readonly cells: readonly StateCell[];
  readonly changes: readonly StateChange[];
}

/** Whether a step is worth a line where only changes are shown. */
const hasEffect = (step: TraceStep): boolean =>
  step.changes.length > 0 || step.choice !== undefined || step.state.length > 0;

function rowEffects(step: TraceStep): string[] {
  const effects = effectsOf(step);
  return effects.length === 0 ? [`reads ${step.object}`] : effects;
}

/** The rows, all steps or only those that change something. */
export function timelineRows({ a, b, aligned }: Executions, all: boolean): Row[] {
  const rows: Row[] = [];
  const last = { a: '', b: '' };
  const event = (side: 'a' | 'b', trace: Trace, index: number | null): RowEvent | null => {
    if (index === null) return null;
    const step = trace.steps[index]!;
    const inner = step.functions.slice(-2).join(' > ');
    const where = `${step.thread} ${inner}` === last[side] ? '' : inner;
    last[side] = `${step.thread} ${inner}`;
    return { where, effects: rowEffects(step), step: index };
  };
  for (const [i, j] of aligned) {
    const steps = [i === null ? [] : a.steps[i]!, j === null ? [] : b!.steps[j]!].flat();
    if (!all && !steps.some(hasEffect)) continue;
    const { thread, line } = steps[0]!;
    const shown = { a: event('a', a, i), b: b === null ? null : event('b', b, j) };
    rows.push({
      thread,
      line,
      kind: kindOf(shown, b === null),
      switches: rows.at(-1)?.thread !== thread,
      ...shown,
    });
  }
  return rows;
}

function kindOf({ a, b }: Pick<Row, 'a' | 'b'>, single: boolean): Row['kind'] {
  if (single) return 'same';
  if (a === null || b === null) return a === null ? 'b' : 'a';
  return a.effects.join('\n') === b.effects.join('\n') ? 'same' : 'differs';
}

/** The states of one side: after the set-up, then after each row. */
export function sideStates(trace: Trace, rows: readonly Row[], side: 'a' | 'b'): SideState[] {
  const states: SideState[] = [{ cells: trace.start, changes: [] }];
  let taken = 0;
  for (const row of rows) {
    const changes: StateChange[] = [];
    for (const end = row[side]?.step ?? -1; taken <= end; taken++)
      changes.push(...trace.steps[taken]!.state);
    states.push({ cells: applyChanges(states.at(-1)!.cells, changes), changes });
  }
  return states;
}

/** Index (from 0) of the first row at which the two sides part; the last row if they never do. */
export function partingRow(rows: readonly Row[]): number {
  const at = rows.findIndex(({ kind }) => kind !== 'same');
  return at < 0 ? rows.length - 1 : at;
}
