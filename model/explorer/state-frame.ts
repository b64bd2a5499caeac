/** What the exploration by states knows of a state on its way. */
import { Asleep } from './asleep';
import type { Future } from './futures';
import type { Place, Situation } from './preference';
import type { Access, StateKey } from './program';
import { threadBit, type Step } from './touches';

/** A state on the way to the current one; the objects serve one state after another. */
export class Frame implements Situation {
  state = 0;
  /** That of the state before, from which a step led here. */
  before: Frame | undefined;
  key: StateKey = 0;
  /** Where the threads are. */
  readonly places: Place[] = [];
  /** How many choices each thread has for a step that it can take; 0 if it cannot. */
  readonly choices: number[] = [];
  /** Guards of the threads that wait; -1 of the others. */
  readonly guards: Access[] = [];
  /** Whether any waits. */
  waits = false;
  /** Threads that can take a step, and those of them that are not in the persistent set. */
  enabled = 0;
  unchosen = 0;
  /** Whether a thread is in the persistent set, as far as that is known. */
  readonly chosen: boolean[] = [];
  chosenBits = 0;
  /** Steps to take, each as a thread and a choice. */
  readonly left: number[] = [];
  /** What may come of each thread, as far as it is explored. */
  readonly futures: Future[] = [];
  /** What sleeps here, and what was explored from here. */
  readonly asleep = new Asleep();
  /** Whether a step was passed over here. */
  passedOver = false;
  /** The step that is being explored. */
  thread = -1;
  choice = 0;
  step: Step | undefined;

  /** Adds a thread that can take a step to the persistent set. */
  choose(thread: number): void {
    if (this.chosen[thread]) return;
    this.chosen[thread] = true;
    this.chosenBits |= threadBit(thread);
    this.unchosen--;
    for (let choice = this.choices[thread] - 1; choice >= 0; choice--)
      this.left.push(thread, choice);
  }
}
