/**
 * A program within a bound on threads: once one too many has begun, it never moves, nor does its creator
 * again. Everything that those two would do needs that many threads, so nothing within the bound is lost,
 * as long as one thread creates all others. Where several create, it depends on their order who is one
 * too many; so their creations count as dependent: each writes the object that counts threads.
 */
import {
  Depends,
  Look,
  Mode,
  type Access,
  type KeyedRun,
  type Moves,
  type Program,
  type Run,
  type StateKey,
} from './program';

/** @param most threads that may begin, with those that are there from the start; undefined for any number */
export function withinThreads(program: Program, most: number | undefined): Program {
  if (most === undefined) return program;
  const start = (): Run => new ThreadBoundRun(program.start(), most);
  if (program.startKeyed === undefined) return { start };
  return { start, startKeyed: () => new ThreadBoundKeyedRun(program.startKeyed!(), most) };
}

/** The object that counts threads; those of the program itself come after it. */
const THREADS = 0;
const shifted = (access: Access): Access => (access < 0 ? access : access + 16);

class ThreadBound<R extends Moves> implements Moves {
  accesses = new Int32Array(8);
  accessCount = 0;
  /** Those that have begun. */
  protected threads = 0;
  protected readonly stopped = new Set<number>();

  constructor(
    protected readonly run: R,
    private readonly most: number,
  ) {
    for (let thread = 0; thread < run.threadCount; thread++) {
      if (run.choices(thread) > 0) this.threads++;
    }
    // Who begins with too many does nothing.
    for (let thread = 0; this.outOfBounds && thread < run.threadCount; thread++) {
      this.stopped.add(thread);
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

  private touch({ accesses, accessCount, spawned }: Moves): void {
    const creates = spawned >= 0 ? 1 : 0;
    const count = accessCount + creates;
    while (this.accesses.length < count) {
      this.accesses = new Int32Array(this.accesses.length * 2);
    }
    for (let k = 0; k < accessCount; k++) this.accesses[k] = shifted(accesses[k]);
    if (creates > 0) this.accesses[accessCount] = THREADS * 16 + Mode.write;
    this.accessCount = count;
  }
}

class ThreadBoundRun extends ThreadBound<Run> implements Run {
  looked?: Uint8Array;
  readonly value?: (object: number) => number;
  readonly outcomeKey?: () => number | string;

  constructor(run: Run, most: number) {
    super(run, most);
    if (run.value !== undefined) {
      this.value = (object) => (object === THREADS ? this.threads : run.value!(object - 1));
    }
    if (run.outcomeKey !== undefined) this.outcomeKey = () => run.outcomeKey!();
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

  override step(thread: number, choice: number): void {
    super.step(thread, choice);
    const { looked, accessCount, spawned } = this.run;
    if (looked === undefined) return;
    this.looked = new Uint8Array(this.accessCount);
    this.looked.set(looked.subarray(0, accessCount));
    if (spawned >= 0) this.looked[accessCount] = Look.value;
  }
}

class ThreadBoundKeyedRun extends ThreadBound<KeyedRun> implements KeyedRun {
  readonly position?: (thread: number) => number;
  readonly outcome?: () => string;

  constructor(run: KeyedRun, most: number) {
    super(run, most);
    if (run.position !== undefined) this.position = (thread) => run.position!(thread);
    if (run.outcome !== undefined) this.outcome = () => run.outcome!();
  }

  stateKey(): StateKey {
    return `${[...this.stopped].sort().join()}|${this.run.stateKey()}`;
  }
}
