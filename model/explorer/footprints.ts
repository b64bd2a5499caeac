/**
 * Footprints: which thread may still touch what. "This thread may touch so" is a number, a footprint a set
 * of them as bits. Footprints are interned: an exploration has many states and fewer footprints.
 */
import { grown } from './arrays';
import { conflicting } from './dependence';
import type { Access } from './program';
import { WordTable } from './word-table';

/** An interned footprint. */
export type Footprint = number;

/** That a thread may touch an object in some way. */
export interface Touch {
  readonly number: number;
  readonly thread: number;
  readonly access: Access;
}

/** A step of a thread that touches something. */
export interface StepTouches {
  readonly accesses: readonly Access[];
  readonly own: readonly Touch[];
  /** For each access all touches of its object, by any thread; they become more. */
  readonly around: readonly (readonly Touch[])[];
}

const THREAD = 2 ** 30;

export class Footprints {
  readonly sets = new WordTable();
  private readonly touches = new Map<number, Touch>();
  private readonly byObject = new Map<number, Touch[]>();
  private readonly byThread: GrowingFootprint[] = [];
  private readonly steps = new WordTable();
  private readonly stepTouches: StepTouches[] = [];
  private scratch: Int32Array = new Int32Array(16);

  /** What a thread's step touches, `accesses[0 .. count)`; equal ones are one object. */
  ofStep(thread: number, accesses: Int32Array, count: number): StepTouches {
    while (this.scratch.length <= count) this.scratch = grown(this.scratch);
    const { scratch } = this;
    scratch[0] = thread;
    for (let k = 0; k < count; k++) scratch[k + 1] = accesses[k];
    const step = this.steps.intern(scratch, 0, count + 1);
    return (this.stepTouches[step] ??= this.touchesOf(thread, [...accesses.subarray(0, count)]));
  }

  touch(thread: number, access: Access): Touch {
    const key = thread * THREAD + access;
    let touch = this.touches.get(key);
    if (touch === undefined) {
      touch = { number: this.touches.size, thread, access };
      this.touches.set(key, touch);
      (this.around(access) as Touch[]).push(touch);
      this.ofThread(thread).add(touch.number);
    }
    return touch;
  }

  /** Number of all touches so far. */
  get size(): number {
    return this.touches.size;
  }

  /** All touches of a thread; they become more. */
  ofThread(thread: number): GrowingFootprint {
    return (this.byThread[thread] ??= new GrowingFootprint(this));
  }

  /** All touches of an object; they become more. */
  around(access: Access): readonly Touch[] {
    const object = access >>> 4;
    let touches = this.byObject.get(object);
    if (touches === undefined) this.byObject.set(object, (touches = []));
    return touches;
  }

  has(footprint: Footprint, touch: number): boolean {
    const { from, words } = this.sets;
    const at = from[footprint] + (touch >>> 5);
    return at < from[footprint + 1] && ((words[at] >>> (touch & 31)) & 1) === 1;
  }

  private touchesOf(thread: number, accesses: readonly Access[]): StepTouches {
    return {
      accesses,
      own: accesses.map((access) => this.touch(thread, access)),
      around: accesses.map((access) => this.around(access)),
    };
  }
}

/** A footprint that grows. */
export class GrowingFootprint {
  private words: Int32Array = new Int32Array(4);
  private length = 0;

  constructor(private readonly footprints: Footprints) {}

  clear(): void {
    this.words.fill(0, 0, this.length);
    this.length = 0;
  }

  add(touch: number): void {
    const at = touch >>> 5;
    this.reach(at + 1);
    this.words[at] |= 1 << (touch & 31);
  }

  addAll(footprint: Footprint): void {
    const { from, words } = this.footprints.sets;
    const begin = from[footprint];
    const length = from[footprint + 1] - begin;
    this.reach(length);
    const own = this.words;
    for (let k = 0; k < length; k++) own[k] |= words[begin + k];
  }

  /** Adds what a footprint and another one have in common. */
  addCommon(footprint: Footprint, other: GrowingFootprint): void {
    const { from, words } = this.footprints.sets;
    const begin = from[footprint];
    const length = Math.min(from[footprint + 1] - begin, other.length);
    this.reach(length);
    for (let k = 0; k < length; k++) this.words[k] |= words[begin + k] & other.words[k];
  }

  meets(other: GrowingFootprint): boolean {
    const length = Math.min(this.length, other.length);
    for (let k = 0; k < length; k++) if ((this.words[k] & other.words[k]) !== 0) return true;
    return false;
  }

  interned(): Footprint {
    return this.footprints.sets.intern(this.words, 0, this.length);
  }

  private reach(length: number): void {
    if (length <= this.length) return;
    while (this.words.length < length) this.words = grown(this.words);
    this.length = length;
  }
}

/** Whether the order of two accesses of one object can matter. */
export function clash(a: Access, b: Access): boolean {
  return conflicting(a & 15, b & 15);
}
