import { anyDependent, type Footprint, type Footprints } from './footprints';
import type { Access, Program, Run } from './program';

/** Steps of a run that is only learned from; one that goes on may never end. */
const LONGEST_WARM_UP = 1000;

/**
 * Which thread to begin with in a state. Any will do; good is one whose next step conflicts with
 * nothing that others will do, as then no other thread has to be taken from that state. What threads
 * do is learned: from a few runs at first, and then from what has been explored.
 */
export class Preference {
  /** What each thread's next step touches at a position, as far as it was seen. */
  private readonly next: Map<number, Footprint>[] = [];
  /** What each thread touches from a position on, as far as it was seen. */
  private readonly future: Map<number, Footprint>[] = [];
  private readonly conflicts = new Map<number, boolean>();

  constructor(private readonly footprints: Footprints) {}

  /** Where the threads of a run are: numbers that are equal for equal local states, if possible. */
  static positions(run: Run, stepsTaken: readonly number[]): number[] {
    return Array.from({ length: run.threadCount }, (_, t) =>
      run.position === undefined ? (stepsTaken[t] ?? 0) : run.position(t),
    );
  }

  /** Learns from one run that begins with each thread, and one that goes round. */
  warmUp(program: Program): void {
    const threads = program.start().threadCount;
    for (let first = 0; first <= threads; first++) {
      const goesRound = first === threads;
      this.learnFromRun(program.start(), first, goesRound ? 1 : 0);
    }
  }

  /** Learns what a thread touched at a position, and what it may touch afterwards. */
  learnStep(thread: number, position: number, accesses: readonly Access[]): void {
    this.learn(this.next, thread, position, this.footprints.of(thread, accesses));
  }
  learnFuture(thread: number, position: number, accesses: readonly Access[]): void {
    this.learn(this.future, thread, position, this.footprints.of(thread, accesses));
  }

  /** The thread, of those enabled, for which the fewest others should be needed. */
  pick(enabled: ReadonlyMap<number, number>, positions: readonly number[]): number {
    let best = -1;
    let fewest = Infinity;
    for (const thread of enabled.keys()) {
      const needed = this.needed(thread, positions, fewest);
      if (needed < fewest) {
        best = thread;
        fewest = needed;
        if (needed === 1) break;
      }
    }
    return best;
  }

  /** Number of threads that would have to be taken with a thread, counted up to `most`. */
  private needed(thread: number, positions: readonly number[], most: number): number {
    const members = [thread];
    for (let k = 0; k < members.length && members.length < most; k++) {
      const next = this.next[members[k]]?.get(positions[members[k]]);
      for (let other = 0; other < positions.length; other++) {
        if (members.includes(other)) continue;
        const future = this.future[other]?.get(positions[other]);
        if (next === undefined || future === undefined || this.conflict(next, future)) {
          members.push(other);
        }
      }
    }
    return members.length;
  }

  private conflict(a: Footprint, b: Footprint): boolean {
    const key = a * 2 ** 26 + b;
    let answer = this.conflicts.get(key);
    if (answer === undefined) {
      const { footprints } = this;
      answer = anyDependent(footprints.accesses(a), footprints.accesses(b));
      this.conflicts.set(key, answer);
    }
    return answer;
  }

  private learn(
    table: Map<number, Footprint>[],
    thread: number,
    position: number,
    footprint: Footprint,
  ): void {
    const own = (table[thread] ??= new Map<number, Footprint>());
    own.set(position, this.footprints.union(own.get(position) ?? this.footprints.none, footprint));
  }

  private learnFromRun(run: Run, first: number, stride: number): void {
    const taken: number[] = [];
    const seen: { thread: number; position: number; accesses: Access[] }[] = [];
    let thread = first % run.threadCount;
    while (seen.length < LONGEST_WARM_UP) {
      const next = nextEnabled(run, thread);
      if (next < 0) break;
      const position = Preference.positions(run, taken)[next];
      run.step(next, 0);
      taken[next] = (taken[next] ?? 0) + 1;
      const accesses = [...run.accesses.subarray(0, run.accessCount)];
      seen.push({ thread: next, position, accesses });
      thread = (next + stride) % run.threadCount;
    }
    const ends = Preference.positions(run, taken);
    for (const [t, position] of ends.entries())
      if (run.choices(t) === 0) this.learnFuture(t, position, []);
    const after: Footprint[] = [];
    for (const { thread: t, position, accesses } of seen.reverse()) {
      const own = this.footprints.of(t, accesses);
      after[t] = this.footprints.union(after[t] ?? this.footprints.none, own);
      this.learn(this.next, t, position, own);
      this.learn(this.future, t, position, after[t]);
    }
  }
}

/** The first thread from `from` on, going round, that can take a step; -1 if none can. */
function nextEnabled(run: Run, from: number): number {
  for (let k = 0; k < run.threadCount; k++) {
    const thread = (from + k) % run.threadCount;
    if (run.choices(thread) > 0 && run.enabled(thread)) return thread;
  }
  return -1;
}
