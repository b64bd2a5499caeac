/**
 * What tasks do after what they have seen. A task is deterministic: where it goes on follows from where it
 * was, and what it saw there. So its code has to run only where no run has been; all else is looked up.
 */
import { CELL_BITS, type Op } from './op';

/**
 * What a task does besides the ops that it yields: calls of the machine on its way to the next of them. They
 * are packed as ops are, and have other codes.
 */
export const Call = {
  begin: 63,
  peek: 64,
  poke: 65,
  bump: 66,
  bumpCount: 67,
  take: 68,
  release: 69,
  constant: 70,
  report: 71,
  note: 72,
  see: 73,
  isBelow: 74,
  end: 75,
} as const;

/** No place: nobody has been there. */
export const UNKNOWN = -1;

/** The place that stands for every end. */
export const ENDED = 0;

/** Whether that of a place is a call, and no op. */
export const isCall = (op: Op): boolean => op >= Call.peek << CELL_BITS;

/** A place is where a task waits for what its op or call gives. */
export class TaskPaths {
  /** The op or call of each place, and its operands. */
  readonly op: Op[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  /** The place from which it was first come to, and what was seen there; {@link UNKNOWN} for a beginning. */
  readonly from: number[] = [];
  readonly seen: number[] = [];
  /** Of each place a list of what follows: the first, and for each of them the next. */
  private readonly first: number[] = [];
  private readonly next: number[] = [];
  private readonly value: number[] = [];
  private readonly to: number[] = [];

  constructor() {
    this.push(UNKNOWN, 0, Call.end << CELL_BITS, -1, 0);
  }

  get size(): number {
    return this.op.length;
  }

  /** The place after one whose op or call gave a value; {@link UNKNOWN} where nobody has been. */
  after(place: number, value: number): number {
    for (let edge = this.first[place]; edge >= 0; edge = this.next[edge]) {
      if (this.value[edge] === value) return this.to[edge];
    }
    return UNKNOWN;
  }

  /** Makes it known that one place follows another. */
  connect(from: number, value: number, to: number): void {
    this.to.push(to);
    this.value.push(value);
    this.next.push(this.first[from]);
    this.first[from] = this.to.length - 1;
  }

  /** Adds the place of a task that has not begun. @returns its number */
  addBeginning(): number {
    return this.push(UNKNOWN, 0, Call.begin << CELL_BITS, 0, 0);
  }

  /** Adds a place after another one. @returns its number */
  add(from: number, value: number, op: Op, a: number, b: number): number {
    const place = this.push(from, value, op, a, b);
    this.connect(from, value, place);
    return place;
  }

  private push(from: number, value: number, op: Op, a: number, b: number): number {
    this.op.push(op);
    this.a.push(a);
    this.b.push(b);
    this.from.push(from);
    this.seen.push(value);
    this.first.push(UNKNOWN);
    return this.op.length - 1;
  }
}
