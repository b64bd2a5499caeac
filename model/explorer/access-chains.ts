/** Accesses in the order in which they came, each linked with the one before it of the same object. */
import { grown, grownBytes, small } from './arrays';
import { LOOKS } from './dependence';

/** All arrays are longer than what they hold. */
export class AccessChains {
  acc: Int32Array = small(128);
  accEvent: Int32Array = small(128);
  /** The access before this one of the same object, or -1. */
  accPrevious: Int32Array = small(128);
  /** The same, passing over those that only look; see {@link earlier}. */
  accChange: Int32Array = small(128);
  /** What the object holds after the event, where the program tells values. */
  value: Int32Array = small(128);
  /** What the event looked at of the object, where the program tells. */
  looked: Uint8Array = new Uint8Array(128);
  /** The last access of each object, or -1. */
  protected lastAccess: Int32Array = small(64).fill(-1);

  /** The last access of an object as an index of `acc`, or -1. */
  lastAccessOf(object: number): number {
    return object < this.lastAccess.length ? this.lastAccess[object]! : -1;
  }

  /** The last access of an object that does not only look at it, or -1. */
  lastChangeOf(object: number): number {
    const last = this.lastAccessOf(object);
    return last >= 0 && this.looks(last) ? this.accChange[last]! : last;
  }

  /**
   * The accesses to go through, from {@link lastAccessOf} on, for those that an access of some mode
   * conflicts with: the one before each, of those that matter.
   */
  earlier(mode: number): Int32Array {
    return ((LOOKS >>> mode) & 1) === 1 ? this.accChange : this.accPrevious;
  }

  /** Makes access k, of event i, the last one of its object. */
  protected linkOne(i: number, k: number, object: number): void {
    const previous = this.lastAccess[object]!;
    this.accEvent[k] = i;
    this.accPrevious[k] = previous;
    this.accChange[k] =
      previous >= 0 && this.looks(previous) ? this.accChange[previous]! : previous;
    this.lastAccess[object] = k;
  }

  /** Whether access k only looks. */
  private looks(k: number): boolean {
    return ((LOOKS >>> (this.acc[k]! & 15)) & 1) === 1;
  }

  protected growObjects(object: number): void {
    while (object >= this.lastAccess.length) this.lastAccess = grown(this.lastAccess, -1);
  }

  protected growAccesses(): void {
    this.acc = grown(this.acc);
    this.looked = grownBytes(this.looked);
    this.value = grown(this.value);
    this.accEvent = grown(this.accEvent);
    this.accPrevious = grown(this.accPrevious);
    this.accChange = grown(this.accChange);
  }
}
