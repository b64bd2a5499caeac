/**
 * Futures: what a thread may still do from a state on, as trees of its steps. Of each step a tree also tells
 * some of the other threads that come before it: of these at least one step on the way there comes before
 * it in every order of that trace. What comes before a step comes before all that follows it in its tree.
 *
 * A step that waits may have come to wait without what let it go on. So two sets of threads belong to each
 * step: those that come before its thread gets there, and those that come before what follows it.
 *
 * A tree may tell of fewer threads than there are, which only makes an exploration larger. Futures are
 * interned, and what is asked of them is kept: a thread has few of them, however many states there are.
 */
import { grown, small } from './arrays';
import { Bits } from './bits';
import { PairTable } from './pair-table';
import type { Access } from './program';
import { mayComeBefore, Touches, type Step } from './touches';
import { WordTable } from './word-table';

/** An interned future. */
export type Future = number;

/** Words of a branch of a tree: its step, the threads before it, those before what follows, and that. */
const BEFORE = 1;
const WITHIN = 2;
const NEXT = 3;
const WORDS = 4;

/** How deep into a tree a question goes. Beyond, the answer is one that is true of any. */
const DEEPEST = 200;

/** Sets of threads, none of which is part of another one. */
type ThreadSets = readonly number[];
const NO_RIVALS: ThreadSets = [];
const ANY_RIVALS: ThreadSets = [0];

export class Futures {
  readonly touches = new Touches();
  /** Bits for the touches in futures. */
  readonly rows = new WordTable();
  /** Branches of each future, in order. */
  private readonly table = new WordTable(256);
  private readonly rowOf: number[] = [];
  private readonly befores = new PairTable();
  private readonly unions = new PairTable();
  private readonly rivalsOf: ThreadSets[] = [];
  private depth = 0;
  private readonly branch = [0, 0, 0, 0];
  private scratch: Int32Array = small(64);
  private readonly bits = new Bits();

  /** The future of a thread that does nothing more. */
  readonly none: Future = this.intern([]);

  /** A step, and what follows. */
  of(step: Step, next: Future): Future {
    const { branch } = this;
    branch[0] = step.number;
    branch[NEXT] = next;
    return this.intern(branch);
  }

  /** The future of a thread that a step creates. */
  created(step: Step, future: Future): Future {
    const branches: number[] = [];
    const { from, words } = this.table;
    for (let k = from[future]; k < from[future + 1]; k += WORDS) {
      const before = words[k + BEFORE] | step.bit;
      this.put(branches, words[k], before, words[k + WITHIN] | step.bit, words[k + NEXT]);
    }
    return this.intern(branches);
  }

  /** Whether a step conflicts with anything in a future. */
  meets(step: Step, future: Future): boolean {
    const { from, words } = this.rows;
    const row = this.rowOf[future];
    return this.touches.conflictsOf(step).meetsWords(words, from[row], from[row + 1]);
  }

  /** A future of another thread as it is from the state before a step that leads to its state. */
  before(step: Step, future: Future): Future {
    if (this.depth === DEEPEST || !this.meets(step, future)) return future;
    const pair = this.befores.find(step.number, future);
    const known = this.befores.values[pair];
    if (known >= 0) return known;
    this.depth++;
    const result = this.beforeStep(step, future);
    this.depth--;
    this.befores.values[pair] = result;
    return result;
  }

  /**
   * The threads that come before something in a future that conflicts with a step that led to its state,
   * and could come before that step: for each such way.
   */
  rivals(step: Step, future: Future): ThreadSets {
    if (!this.meets(step, future)) return NO_RIVALS;
    if (this.depth === DEEPEST) return ANY_RIVALS;
    const pair = this.befores.find(step.number, future);
    let rivals = this.rivalsOf[pair];
    if (rivals === undefined) {
      this.depth++;
      rivals = this.rivalsOf[pair] = this.findRivals(step, future);
      this.depth--;
    }
    return rivals;
  }

  /**
   * What is left of a future once its thread has taken a step.
   *
   * @param moved threads, as bits, that had moved before: what had to come after others has come after these
   */
  past(step: Step, future: Future, moved: number): Future {
    const { from, words } = this.table;
    const rest: Future[] = [];
    for (let k = from[future]; k < from[future + 1]; k += WORDS) {
      if (words[k] === step.number && (words[k + BEFORE] & ~moved) === 0)
        rest.push(words[k + NEXT]);
    }
    // A future may tell less than there is. All that it tells stands for any part of that.
    if (rest.length === 0) return future;
    return rest.reduce((all, next) => this.union(all, next));
  }

  /** What may come of a thread if either may. */
  union(a: Future, b: Future): Future {
    if (a === b || b === this.none) return a;
    if (a === this.none) return b;
    const pair = this.unions.find(Math.min(a, b), Math.max(a, b));
    const known = this.unions.values[pair];
    if (known >= 0) return known;
    this.depth++;
    const result = this.unite(a, b);
    this.depth--;
    this.unions.values[pair] = result;
    return result;
  }

  /** Whether the thread may do what lets one go on that waits. */
  mayLetGoOn(future: Future, guard: Access): boolean {
    const { from, words } = this.rows;
    const row = this.rowOf[future];
    return this.touches.lettingGoOn(guard).meetsWords(words, from[row], from[row + 1]);
  }

  /** The number of the row that has the future's touches. */
  row(future: Future): number {
    return this.rowOf[future];
  }

  private beforeStep(step: Step, future: Future): Future {
    const branches: number[] = [];
    const end = this.table.from[future + 1];
    for (let k = this.table.from[future]; k < end; k += WORDS) {
      const { words } = this.table;
      const number = words[k];
      let before = words[k + BEFORE];
      let within = words[k + WITHIN];
      let next = words[k + NEXT];
      if ((before & step.bit) === 0) {
        const own = this.touches.steps[number];
        if (this.touches.conflict(own, step)) {
          if (!own.waits) before |= step.bit;
          within |= step.bit;
        } else if ((within & step.bit) === 0) {
          next = this.before(step, next);
        }
      }
      this.put(branches, number, before, within, next);
    }
    return this.intern(branches);
  }

  private findRivals(step: Step, future: Future): ThreadSets {
    const rivals: number[] = [];
    const end = this.table.from[future + 1];
    for (let k = this.table.from[future]; k < end; k += WORDS) {
      const { words } = this.table;
      const before = words[k + BEFORE];
      const within = words[k + WITHIN];
      if ((before & step.bits) !== 0) continue;
      const own = this.touches.steps[words[k]];
      if (this.touches.conflict(own, step)) {
        if (mayComeBefore(own, step)) addLeast(rivals, before);
      } else if ((within & step.bits) === 0) {
        for (const rival of this.rivals(step, words[k + NEXT])) addLeast(rivals, rival | within);
      }
    }
    return rivals;
  }

  private unite(a: Future, b: Future): Future {
    const branches: number[] = [];
    for (const future of [a, b]) {
      const end = this.table.from[future + 1];
      for (let k = this.table.from[future]; k < end; k += WORDS) {
        const { words } = this.table;
        this.put(branches, words[k], words[k + BEFORE], words[k + WITHIN], words[k + NEXT]);
      }
    }
    return this.intern(branches);
  }

  /** Adds a branch to others, which are in order. One that tells less stands for one that tells more. */
  private put(
    branches: number[],
    step: number,
    before: number,
    within: number,
    next: Future,
  ): void {
    let at = 0;
    for (let k = 0; k < branches.length; k += WORDS) {
      if (branches[k] === step) {
        const b = branches[k + BEFORE];
        const w = branches[k + WITHIN];
        if (b === before && w === within && this.depth < DEEPEST) {
          branches[k + NEXT] = this.union(branches[k + NEXT], next);
          return;
        }
        if (branches[k + NEXT] === next) {
          if ((b & ~before) === 0 && (w & ~within) === 0) return;
          if ((before & ~b) === 0 && (within & ~w) === 0) {
            branches.splice(k, WORDS);
            k -= WORDS;
            continue;
          }
        }
      }
      if (isBefore(branches, k, step, before, within, next)) at = k + WORDS;
    }
    insert(branches, at, step, before, within, next);
  }

  private intern(branches: readonly number[]): Future {
    while (this.scratch.length < branches.length) this.scratch = grown(this.scratch);
    const { scratch, table } = this;
    for (let k = 0; k < branches.length; k++) scratch[k] = branches[k];
    const known = table.size;
    const future = table.intern(scratch, 0, branches.length);
    if (future === known) this.rowOf.push(this.makeRow(branches));
    return future;
  }

  private makeRow(branches: readonly number[]): number {
    const { bits, rows } = this;
    bits.clear();
    for (let k = 0; k < branches.length; k += WORDS) {
      for (const touch of this.touches.steps[branches[k]].touches) bits.add(touch);
      const next = this.rowOf[branches[k + NEXT]];
      bits.addWords(rows.words, rows.from[next], rows.from[next + 1]);
    }
    return bits.internIn(rows);
  }
}

/** Puts a branch in its place; `splice` costs several times as much. */
function insert(
  branches: number[],
  at: number,
  step: number,
  before: number,
  within: number,
  next: Future,
): void {
  branches.push(step, before, within, next);
  for (let k = branches.length - 1; k >= at + WORDS; k--) branches[k] = branches[k - WORDS];
  branches[at] = step;
  branches[at + BEFORE] = before;
  branches[at + WITHIN] = within;
  branches[at + NEXT] = next;
}

/** Whether the branch at `k` comes before another one in the order of branches. */
function isBefore(
  branches: readonly number[],
  k: number,
  step: number,
  before: number,
  within: number,
  next: Future,
): boolean {
  if (branches[k] !== step) return branches[k] < step;
  if (branches[k + BEFORE] !== before) return branches[k + BEFORE] < before;
  if (branches[k + WITHIN] !== within) return branches[k + WITHIN] < within;
  return branches[k + NEXT] < next;
}

/** Adds a set of threads to others, unless one of them is part of it. */
function addLeast(sets: number[], set: number): void {
  if (sets.some((other) => (other & ~set) === 0)) return;
  for (let k = sets.length - 1; k >= 0; k--) if ((set & ~sets[k]) === 0) sets.splice(k, 1);
  sets.push(set);
}
