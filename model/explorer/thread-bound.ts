/**
 * A program within a bound on threads: once one too many has begun, it never moves, nor does its creator
 * again. Everything that those two would do needs that many threads, so nothing within the bound is lost,
 * as long as one thread creates all others. Where several create, it depends on their order who is one
 * too many; so their creations count as dependent: each writes the object that counts threads.
 */
import { Depends, Look, Mode, type Access, type Program, type Run } from './program';

/** @param most threads that may begin, with those that are there from the start; undefined for any number */
export function withinThreads(program: Program, most: number | undefined): Program {
  return most === undefined ? program : { start: () => new ThreadBoundRun(program.start(), most) };
}

/** The object that counts threads; those of the program itself come after it. */
const THREADS = 0;
const shifted = (access: Access): Access => (access < 0 ? access : access + 16);

class ThreadBoundRun implements Run {
  accesses = new Int32Array(8);
  accessCount = 0;
  looked?: Uint8Array;
  readonly value?: (object: number) => number;
  readonly outcomeKey?: () => number | string;
  readonly stateKey?: () => number | string;
  readonly position?: (thread: number) => number;
  /** Those that have begun. */
  private threads = 0;
  private readonly stopped = new Set<number>();

  constructor(
    private readonly run: Run,
    private readonly most: number,
  ) {
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0) this.threads++;
    }
    // Who begins with too many does nothing.
    for (let thread = 0; this.outOfBounds && thread < run.threadCount; thread++) {
      this.stopped.add(thread);
    }
    if (run.value !== undefined) {
      this.value = (object) => (object === THREADS ? this.threads : run.value!(object - 1));
    }
    if (run.outcomeKey !== undefined) this.outcomeKey = () => run.outcomeKey!();
    if (run.position !== undefined) this.position = (thread) => run.position!(thread);
    if (run.stateKey !== undefined) {
      this.stateKey = () => `${[...this.stopped].sort().join()}|${run.stateKey!()}`;
    }
  }

  get outOfBounds(): boolean {
    return this.threads > this.most;
  }

  get threadCount(): number {
    return this.run.threadCount;
  }

  get spawned(): number {
    return this.run.spawned;
  }

  choices(thread: number): number {
    return this.stopped.has(thread) ? 0 : this.run.choices(thread);
  }

  guard(thread: number): Access {
    return shifted(this.run.guard(thread));
  }

  enabled(thread: number): boolean {
    return !this.stopped.has(thread) && this.run.enabled(thread);
  }

  depends(thread: number): number {
    return this.run.depends === undefined ? Depends.anything : this.run.depends(thread);
  }

  lockAccess(thread: number, state: number): Access {
    return shifted(this.run.lockAccess!(thread, state));
  }

  expected(thread: number): number {
    return this.run.expected!(thread);
  }

  outcome(): string {
    return this.run.outcome();
  }

  step(thread: number, choice: number): void {
    const { run } = this;
    run.step(thread, choice);
    this.touch(run);
    if (run.spawned < 0) return;
    this.threads++;
    if (!this.outOfBounds) return;
    this.stopped.add(thread);
    this.stopped.add(run.spawned);
  }

  private touch({ accesses, accessCount, looked, spawned }: Run): void {
    const creates = spawned >= 0 ? 1 : 0;
    const count = accessCount + creates;
    while (this.accesses.length < count) {
      this.accesses = new Int32Array(this.accesses.length * 2);
    }
    for (let k = 0; k < accessCount; k++) this.accesses[k] = shifted(accesses[k]!);
    if (creates > 0) this.accesses[accessCount] = THREADS * 16 + Mode.write;
    this.accessCount = count;
    if (looked === undefined) return;
    this.looked = new Uint8Array(count);
    this.looked.set(looked.subarray(0, accessCount));
    if (creates > 0) this.looked[accessCount] = Look.value;
  }
}
