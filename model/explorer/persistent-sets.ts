/**
 * Which threads have to be taken from a state. Who conflicts with a step of the set, and could come before
 * it, is told by what its steps led to, and for sleeping steps by what they led to where they were explored.
 */
import { NOT_MADE, type Sleeper } from './asleep';
import type { ExploredStates, StateRecord } from './explored-states';
import type { Futures } from './futures';
import type { Frame } from './state-frame';
import type { Step } from './touches';

export class PersistentSets {
  /** Threads that conflict with a step, while it is accounted for. */
  private readonly rivals: number[] = [];
  /** Counts what is asked of sleeping steps, each of which is asked once. */
  private question = 0;

  constructor(
    private readonly futures: Futures,
    private readonly states: ExploredStates,
  ) {}

  /**
   * Adds what the step of a frame led to, a state with this record: to the frame's futures, and to its set
   * those who conflict with the step and could come before it. The step sleeps from then on.
   */
  account(frame: Frame, after: StateRecord): void {
    const { futures } = this;
    const step = frame.step!;
    const { words } = this.states;
    const from = this.states.futuresFrom(after);
    const end = this.states.skippedFrom(after);
    let rivals = 0;
    for (let t = 0, k = from; k < end; t++, k++) {
      let future = words[k];
      if (t === step.thread) {
        future = futures.of(step, future);
      } else if (t === step.spawned) {
        future = futures.created(step, future);
      } else if (futures.meets(step, future)) {
        if (!frame.chosen[t]) this.rivals[rivals++] = t;
        future = futures.before(step, future);
      }
      const known = t < frame.futures.length ? frame.futures[t] : futures.none;
      frame.futures[t] = known === futures.none ? future : futures.union(known, future);
    }
    if (rivals > 0 && frame.unchosen > 0) this.includeRivals(frame, step, after, rivals, ~0);
    this.accountSkipped(frame, after);
    frame.asleep.add(step, frame.choice, after);
  }

  /** The same for what was passed over from there on, which sleeps here or was explored from here. */
  private accountSkipped(frame: Frame, after: StateRecord): void {
    const { states } = this;
    const { asleep } = frame;
    for (let k = states.skippedFrom(after); k < states.skippedTo(after); k += 2) {
      const step = this.futures.touches.steps[states.words[k]];
      const n = asleep.indexOf(step, states.words[k + 1]);
      if (n < asleep.inherited) asleep.all[n].passedOver = true;
      this.includeElsewhere(frame, frame.step!, asleep.all[n]);
    }
  }

  /** Adds to a frame's set those who conflict with a step, as what came after a sleeping one tells. */
  includeElsewhere(frame: Frame, step: Step, sleeper: Sleeper): void {
    this.question++;
    this.askSleeper(frame, step, sleeper);
  }

  /**
   * Asks of a sleeping step, and of those that were passed over after it as they slept there: its record
   * lacks what begins with them. They are older than it. One that was woken since is no beginning any more.
   */
  private askSleeper(frame: Frame, step: Step, sleeper: Sleeper): void {
    if (frame.unchosen === 0 || sleeper.asked === this.question) return;
    sleeper.asked = this.question;
    const { states } = this;
    const { asleep } = frame;
    const after = this.afterSleeper(frame, sleeper);
    this.includeAfter(frame, step, sleeper.moved, after);
    for (let k = states.skippedFrom(after); k < states.skippedTo(after); k += 2) {
      const n = asleep.indexOf(this.futures.touches.steps[states.words[k]], states.words[k + 1]);
      if (n >= 0) this.askSleeper(frame, step, asleep.all[n]);
    }
  }

  /** Adds those threads that conflict with a step, and could come before it, after one that sleeps. */
  private includeAfter(frame: Frame, step: Step, moved: number, after: StateRecord): void {
    const { words } = this.states;
    const from = this.states.futuresFrom(after);
    const end = this.states.skippedFrom(after);
    let rivals = 0;
    for (let t = 0, k = from; k < end; t++, k++) {
      if (t !== step.thread && !frame.chosen[t] && this.futures.meets(step, words[k])) {
        this.rivals[rivals++] = t;
      }
    }
    if (rivals === 0) return;
    // Threads that have moved since need not come first any more.
    if ((moved & step.bits) === 0) return this.includeRivals(frame, step, after, rivals, ~moved);
    // What had to come after the step's thread may have had to come after what that has done since.
    for (let k = 0; k < rivals; k++) this.include(frame, this.rivals[k], after);
  }

  /** What may come after a step that sleeps in a frame's state: a record of that. */
  private afterSleeper(frame: Frame, sleeper: Sleeper): StateRecord {
    if (sleeper.after !== NOT_MADE) return sleeper.after;
    const before = frame.before!;
    const asleep = before.asleep.all[sleeper.from];
    const after = this.afterSleeper(before, asleep);
    const { states } = this;
    const step = before.step!;
    const future = states.words[states.futuresFrom(after) + step.thread];
    const left = this.futures.past(step, future, asleep.moved);
    return (sleeper.after = states.changed(after, step.thread, left));
  }

  /**
   * Adds those of some threads that may do something before a step, and conflict with it.
   *
   * @param able threads, as bits, that may have to come first; the others have moved already
   */
  private includeRivals(
    frame: Frame,
    step: Step,
    after: StateRecord,
    count: number,
    able: number,
  ): void {
    const from = this.states.futuresFrom(after);
    // First those that need no others: where one is added, those that need it need not be.
    for (let all = 0; all < 2; all++) {
      for (let k = 0; k < count; k++) {
        const t = this.rivals[k];
        if (frame.chosen[t]) continue;
        const first = all === 0 ? able : frame.chosenBits & able;
        const future = this.states.words[from + t];
        if (hasDisjoint(this.futures.rivals(step, future), first)) this.include(frame, t, after);
      }
    }
  }

  /** Adds a thread to the persistent set; if it waits, those that can let it go on. */
  private include(frame: Frame, thread: number, after: StateRecord): void {
    if (frame.chosen[thread]) return;
    if (frame.choices[thread] > 0) frame.choose(thread);
    else this.includeLettingGoOn(frame, thread, after, new Set());
  }

  private includeLettingGoOn(
    frame: Frame,
    thread: number,
    after: StateRecord,
    asked: Set<number>,
  ): void {
    asked.add(thread);
    const guard = frame.guards[thread] ?? -1;
    if (guard < 0) {
      for (let t = 0; t < frame.choices.length; t++) if (frame.choices[t] > 0) frame.choose(t);
      return;
    }
    const { words } = this.states;
    const end = this.states.skippedFrom(after);
    for (let t = 0, k = this.states.futuresFrom(after); k < end; t++, k++) {
      if (frame.chosen[t] || asked.has(t) || !this.futures.mayLetGoOn(words[k], guard)) continue;
      if (frame.choices[t] > 0) frame.choose(t);
      else this.includeLettingGoOn(frame, t, after, asked);
    }
  }
}

function hasDisjoint(sets: readonly number[], set: number): boolean {
  for (let k = 0; k < sets.length; k++) if ((sets[k] & set) === 0) return true;
  return false;
}
