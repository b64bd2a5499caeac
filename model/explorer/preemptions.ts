/**
 * Exploration with a bound on preemptions: everything that schedules with at most so many of them can do.
 * A preemption is a switch away from a thread that could have taken its next step. Most faults need few,
 * and a schedule with few is the one that a reader follows.
 *
 * States are found in the order of the preemptions that they need, so that each is gone on from once, with
 * as many left as it can have. What a thread could still do differs with the thread that ran last, so a state
 * counts once for each of those that could go on. No order of independent steps is left out: two orders
 * of the same trace may need different numbers of preemptions.
 */
import { boundReached, DEFAULT_STEPS } from './explore';
import {
  keyedRuns,
  type KeyedRun,
  type Moves,
  type Program,
  type ScheduleStep,
  type StateKey,
} from './program';
import { endedOtherwise, outcomeOf } from './run-again';
import { withinThreads } from './thread-bound';
import type { StatesOptions, StatesResult } from './states';
import { counted } from './counted';

/** Explores all schedules with at most `most` preemptions. @throws Error if the program has no state keys */
export function explorePreemptions(
  program: Program,
  most: number,
  options: StatesOptions = {},
): StatesResult {
  return new PreemptionSearch(program, most, options).result();
}

/** How a state was first reached. */
interface Place {
  readonly before: Place | undefined;
  readonly step: ScheduleStep | undefined;
  readonly depth: number;
  readonly key: StateKey;
}

/** A step that is left to take. */
interface Move extends ScheduleStep {
  readonly from: Place;
}

const NOBODY = -1;
const PROGRESS_EVERY = 256;

class PreemptionSearch {
  /** For each thread that ran last and could go on, and for nobody: the states. */
  private readonly known = new Map<number, Set<StateKey>>();
  private readonly outcomes = new Map<string, ScheduleStep[]>();
  /** Steps that need no further preemption, and steps that need one. */
  private now: Move[] = [];
  private later: Move[] = [];
  private at: Place;
  private readonly program: Program;
  private readonly start: () => KeyedRun;
  private run: KeyedRun;
  private states = 0;
  private transitions = 0;
  private steps = 0;
  /** Executions that were cut off at each bound. */
  cut = 0;
  crowded = 0;

  constructor(
    program: Program,
    private readonly most: number,
    private readonly options: StatesOptions,
  ) {
    this.program = withinThreads(program, options.threads);
    this.start = keyedRuns(this.program);
    this.run = this.start();
    this.at = { before: undefined, step: undefined, depth: 0, key: this.run.stateKey() };
  }

  result(): StatesResult {
    const completeness = this.search();
    const { outcomes, states, transitions, steps } = this;
    return { outcomes, states, transitions, steps, completeness };
  }

  private search(): StatesResult['completeness'] {
    this.enter(NOBODY);
    for (let left = this.most; ; left--) {
      for (let move = this.now.pop(); move !== undefined; move = this.now.pop()) {
        const stop = this.mustStop();
        if (stop !== undefined) return stop;
        this.take(move);
      }
      if (this.later.length === 0) break;
      if (left === 0) return bounded(this.most, 'preemption');
      [this.now, this.later] = [this.later, this.now];
    }
    return boundReached(this, { steps: this.stepsMost, threads: this.options.threads });
  }

  private get stepsMost(): number {
    return this.options.steps ?? DEFAULT_STEPS;
  }

  private mustStop(): StatesResult['completeness'] | undefined {
    const { signal, states, onProgress } = this.options;
    if (this.transitions % PROGRESS_EVERY === 0) onProgress?.(this.states);
    if (signal?.aborted === true) return { kind: 'interrupted' };
    return states !== undefined && this.states >= states ? bounded(states, 'state') : undefined;
  }

  private take({ from, thread, choice }: Move): void {
    this.goTo(from);
    this.run.step(thread, choice);
    this.steps++;
    this.transitions++;
    const key = this.run.stateKey();
    this.at = { before: from, step: { thread, choice }, depth: from.depth + 1, key };
    this.enter(thread);
  }

  /** Brings the run to a state. */
  private goTo(place: Place): void {
    if (this.at === place) return;
    if (this.run.goTo !== undefined) return this.run.goTo(place.key);
    this.run = this.start();
    this.replay(this.run, place);
  }

  private replay(run: Moves, place: Place): void {
    for (const { thread, choice } of scheduleTo(place)) {
      run.step(thread, choice);
      this.steps++;
    }
  }

  /** Goes on from the state that the run is in, if that is new. @param last who took it there */
  private enter(last: number): void {
    const { run, at } = this;
    const goesOn = last !== NOBODY && run.choices(last) > 0 && run.enabled(last);
    if (!this.isNew(goesOn ? last : NOBODY)) return;
    const atBound = at.depth >= this.stepsMost;
    let ended = true;
    for (let thread = run.threadCount - 1; thread >= 0; thread--) {
      const choices = run.choices(thread);
      if (choices === 0 || !run.enabled(thread)) continue;
      ended = false;
      if (atBound) continue;
      const moves = goesOn && thread !== last ? this.later : this.now;
      for (let choice = choices - 1; choice >= 0; choice--) {
        moves.push({ from: at, thread, choice });
      }
    }
    if (ended) this.end();
    else if (atBound) this.cut++;
  }

  private isNew(last: number): boolean {
    const { known } = this;
    const { key } = this.at;
    let states = known.get(last);
    if (states === undefined) known.set(last, (states = new Set()));
    if (states.has(key)) return false;
    states.add(key);
    this.states++;
    return true;
  }

  private end(): void {
    if (this.run.outOfBounds === true) {
      this.crowded++;
      return;
    }
    const told = this.run.outcome?.();
    if (told !== undefined && this.outcomes.has(told)) return;
    const schedule = scheduleTo(this.at);
    const outcome = outcomeOf(this.program, schedule);
    if (told !== undefined && told !== outcome) throw endedOtherwise(schedule);
    this.steps += schedule.length;
    // That run has ended this one.
    this.run = this.start();
    if (!this.outcomes.has(outcome)) this.outcomes.set(outcome, schedule);
  }
}

function scheduleTo(place: Place): ScheduleStep[] {
  const steps: ScheduleStep[] = [];
  for (let p: Place | undefined = place; p?.step !== undefined; p = p.before) steps.push(p.step);
  return steps.reverse();
}

const bounded = (most: number, what: string) =>
  ({ kind: 'bounded', bound: counted(most, what) }) as const;
