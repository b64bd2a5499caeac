/** Lays two traces beside each other, step by step. */
import { diffArrays } from 'diff';
import type { TraceStep } from '../scenario/trace';

/** A step of the first trace and one of the second that do the same, or one alone: indices. */
export type AlignedStep = readonly [first: number | null, second: number | null];

/** The same thread, in the same functions, touches the same object; what it changes may differ. */
function sameStep(a: TraceStep, b: TraceStep): boolean {
  return (
    a.thread === b.thread && a.object === b.object && a.functions.join() === b.functions.join()
  );
}

/** Every step of both traces in order, with as many pairs as there can be. */
export function alignSteps(a: readonly TraceStep[], b: readonly TraceStep[]): AlignedStep[] {
  const aligned: AlignedStep[] = [];
  let [i, j] = [0, 0];
  for (const run of diffArrays([...a], [...b], { comparator: sameStep })) {
    for (let n = 0; n < run.value.length; n++) {
      aligned.push(run.removed ? [i++, null] : run.added ? [null, j++] : [i++, j++]);
    }
  }
  return aligned;
}
