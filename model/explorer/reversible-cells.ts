/** A run over cells that can take its steps back, as it keeps what each changed. The outcome is the cells. */
import { grown, small } from './arrays';
import { cellOf } from './cell-events';
import type { CellDescription } from './cell-machine';
import { LocalCells } from './local-cells';
import type { ReversibleRun } from './program';

/** Local states that are kept; with more, memory would grow with the executions. */
const MOST_STATES = 100_000;
/** Words that are kept of a step: thread, choice, local state, what the cell held, the thread it created. */
const WIDTH = 5;

export class ReversibleCells extends LocalCells implements ReversibleRun {
  private steps = 0;
  private kept: Int32Array = small(64 * WIDTH);

  constructor(
    description: CellDescription,
    private readonly mostStates = MOST_STATES,
  ) {
    super(description, false, false);
  }

  override restart(): this {
    this.steps = 0;
    this.local = this.noStates();
    return super.restart();
  }

  override step(thread: number, choice: number): void {
    let at = this.steps++ * WIDTH;
    if (at + WIDTH > this.kept.length) this.kept = grown(this.kept);
    const { kept } = this;
    kept[at++] = thread;
    kept[at++] = choice;
    kept[at++] = this.places[thread]!;
    kept[at++] = this.cells[cellOf(this.pending[thread]!)]!;
    super.step(thread, choice);
    kept[at] = this.spawned;
  }

  back(steps: number): void {
    while (this.steps > steps) this.takeBack();
    if (this.local.size > this.mostStates) this.forget();
  }

  outcome(): string {
    return this.tell();
  }

  outcomeKey(): number {
    return this.keyOfCells();
  }

  private takeBack(): void {
    const { kept } = this;
    const at = --this.steps * WIDTH;
    const thread = kept[at]!;
    this.place(thread, kept[at + 2]!);
    this.cells[cellOf(this.pending[thread]!)] = kept[at + 3]!;
    const spawned = kept[at + 4]!;
    if (spawned >= 0) this.place(spawned, this.local.beforeBeginning);
  }

  /** Begins anew with the local states, and goes where it was. */
  private forget(): void {
    const { steps, kept } = this;
    this.restart();
    for (let at = 0; at < steps * WIDTH; at += WIDTH) this.step(kept[at]!, kept[at + 1]!);
  }
}
