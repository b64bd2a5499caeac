/**
 * Sleep sets of exploration by states. A step sleeps in a state if it was explored from one on the way there,
 * and commutes with every step taken since: what begins with it was found from there.
 */
import type { StateRecord } from './explored-states';
import type { Step, Touches } from './touches';

/** What stands for a record that is not made yet. */
export const NOT_MADE = -1;

/** A step that sleeps, or was explored. */
export class Sleeper {
  step!: Step;
  choice = 0;
  /** Where it is in the state before, if it is inherited. */
  from = -1;
  /** The futures after it, in the state from which it was explored, without what has been done since. */
  after: StateRecord = NOT_MADE;
  /** The threads that have moved since, as bits. */
  moved = 0;
  /** Whether it was passed over, in this state or after it, as it sleeps here. */
  passedOver = false;
  /** The question that it was asked last. */
  asked = 0;
}

/** What sleeps in a state, and then what was explored from it; the objects serve one state after another. */
export class Asleep {
  readonly all: Sleeper[] = [];
  count = 0;
  /** How many of them slept when the state was come to. They come first. */
  inherited = 0;

  clear(): void {
    this.count = 0;
    this.inherited = 0;
  }

  /** Puts a step to sleep that was explored from here. */
  add(step: Step, choice: number, after: StateRecord): void {
    this.put(step, choice, -1, after, 0);
  }

  /** Takes over what sleeps in the state before, and is not woken by the step that leads here. */
  inherit(before: Asleep, taken: Step, touches: Touches): void {
    this.count = 0;
    for (let n = 0; n < before.count; n++) {
      const { step, choice, moved } = before.all[n];
      if (!wakes(taken, step, touches)) this.put(step, choice, n, NOT_MADE, moved | taken.bits);
    }
    this.inherited = this.count;
  }

  /** That of the inherited ones which is the step of a thread with a choice, if there is one. */
  find(thread: number, choice: number): Sleeper | undefined {
    for (let n = 0; n < this.inherited; n++) {
      const sleeper = this.all[n];
      if (sleeper.step.thread === thread && sleeper.choice === choice) return sleeper;
    }
    return undefined;
  }

  /** Which of all is a step with a choice; -1 if none is. */
  indexOf(step: Step, choice: number): number {
    for (let n = 0; n < this.count; n++) {
      if (this.all[n].step === step && this.all[n].choice === choice) return n;
    }
    return -1;
  }

  private put(step: Step, choice: number, from: number, after: StateRecord, moved: number): void {
    const sleeper = (this.all[this.count++] ??= new Sleeper());
    sleeper.step = step;
    sleeper.choice = choice;
    sleeper.from = from;
    sleeper.after = after;
    sleeper.moved = moved;
    sleeper.passedOver = false;
    sleeper.asked = 0;
  }
}

/** Whether a step wakes another one: that may do something else after it. */
export function wakes(taken: Step, step: Step, touches: Touches): boolean {
  return taken.thread === step.thread || touches.conflict(step, taken);
}
