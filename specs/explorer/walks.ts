/** Walks through runs, and all that can be asked of them on the way. */
import type { Moves } from '../../model/explorer/program';

/** Takes steps that numbers pick among those that there are. */
export function walk(run: Moves, picks: readonly number[], each: () => void): void {
  for (const pick of picks) {
    const moves: [number, number][] = [];
    for (let t = 0; t < run.threadCount; t++) {
      if (run.choices(t) === 0 || !run.enabled(t)) continue;
      for (let choice = 0; choice < run.choices(t); choice++) moves.push([t, choice]);
    }
    if (moves.length === 0) return;
    run.step(...moves[pick % moves.length]);
    each();
  }
}

/** All that can be asked of a run. */
export const lookOf = (run: Moves): string =>
  JSON.stringify(
    Array.from({ length: run.threadCount }, (_, t) => [
      run.choices(t),
      run.choices(t) > 0 && run.enabled(t),
      run.choices(t) > 0 && run.guard(t),
    ]),
  );
