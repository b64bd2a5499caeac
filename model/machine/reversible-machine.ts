/** A machine that takes steps back, as it keeps what each of them changed. */
import { doubled, LearningMachine } from './learning-machine';
import { blockOf, type MachineState } from './machine';

/** Places that are kept; with more, memory would grow with the executions. */
const MOST_PLACES = 200_000;
/** Numbers that are kept of a step: task, choice, place, words changed, faults and effects before it. */
const WIDTH = 6;

export class ReversibleMachine extends LearningMachine {
  private began: MachineState = { mem: new Int32Array(0), faults: [] };
  private steps = 0;
  private kept: Int32Array = new Int32Array(64 * WIDTH);
  /** Words that the steps have changed, each with what it held. */
  private changed: Int32Array = new Int32Array(256);
  private changedCount = 0;

  /**
   * @param inside runs code of tasks where its surroundings are those of this machine
   * @param mostPlaces places that are kept
   */
  constructor(
    inside: (run: () => void) => void,
    private readonly mostPlaces = MOST_PLACES,
  ) {
    super(inside);
  }

  override restore(state: MachineState = this.saved): void {
    super.restore(state);
    this.began = state;
    this.steps = 0;
    this.changedCount = 0;
  }

  /** How many steps the run has taken. */
  get taken(): number {
    return this.steps;
  }

  override step(index: number, choice: number): void {
    this.keep(index, choice);
    super.step(index, choice);
  }

  /** Takes steps back until `steps` are left. */
  back(steps: number): void {
    while (this.steps > steps) this.takeBack();
    if (this.placesKnown > this.mostPlaces) this.forget();
  }

  private keep(index: number, choice: number): void {
    let at = this.steps++ * WIDTH;
    if (at + WIDTH > this.kept.length) this.kept = doubled(this.kept);
    const { kept } = this;
    kept[at++] = index;
    kept[at++] = choice;
    kept[at++] = this.places[index]!;
    kept[at++] = this.changedCount;
    kept[at++] = this.faults.length;
    kept[at] = this.effects.length;
  }

  private takeBack(): void {
    const { kept, changed } = this;
    const { mem } = this.arena;
    let at = --this.steps * WIDTH;
    const index = kept[at]!;
    this.place(index, kept[at + 2]!);
    at += 3;
    while (this.changedCount > kept[at]!) {
      this.changedCount -= 2;
      const cell = changed[this.changedCount]!;
      mem[cell] = changed[this.changedCount + 1]!;
      this.stale[blockOf(cell)] = 1;
    }
    const { faults, effects } = this;
    if (faults.length > kept[++at]!) faults.length = kept[at]!;
    if (effects.length > kept[++at]!) effects.length = kept[at]!;
  }

  /** Begins anew with the places, and goes where it was. */
  private forget(): void {
    const { steps, kept } = this;
    this.forgetPaths(this.began);
    for (let at = 0; at < steps * WIDTH; at += WIDTH) this.step(kept[at]!, kept[at + 1]!);
  }

  protected override set(cell: number, value: number): void {
    const { changed } = this;
    if (this.changedCount + 2 > changed.length) this.changed = doubled(changed);
    this.changed[this.changedCount++] = cell;
    this.changed[this.changedCount++] = this.arena.mem[cell]!;
    super.set(cell, value);
  }
}
