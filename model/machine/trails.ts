/**
 * What tasks have seen. A task is deterministic, so the values that it has seen since a known point
 * determine its local state.
 */
export class Trails {
  private readonly values: Int32Array[] = [];
  private readonly counts: number[] = [];
  private readonly marks: number[] = [];
  private readonly hashes: number[] = [];

  /** Forgets all. */
  reset(): void {
    this.counts.fill(0);
    this.marks.fill(0);
    this.hashes.fill(0);
  }

  see(task: number, value: number): void {
    const at = this.counts[task] ?? this.begin(task);
    let values = this.values[task]!;
    if (at === values.length) {
      values = new Int32Array(at * 2);
      values.set(this.values[task]!);
      this.values[task] = values;
    }
    values[at] = value;
    this.counts[task] = at + 1;
    this.hashes[task] = mix(this.hashes[task]!, value);
  }

  /** The task has come to its next known point: what it has seen before has no influence any more. */
  mark(task: number): void {
    if (this.counts[task] === undefined) this.begin(task);
    this.counts[task] = 0;
    this.marks[task]!++;
  }

  /** How many known points the task has passed. */
  marked(task: number): number {
    return this.marks[task] ?? 0;
  }

  /** Values that the task has seen since the last one: the first `count` of {@link of}. */
  count(task: number): number {
    return this.counts[task] ?? 0;
  }
  of(task: number): Int32Array {
    if (this.counts[task] === undefined) this.begin(task);
    return this.values[task]!;
  }

  /** A hash of all that the task has seen. */
  hash(task: number): number {
    return this.hashes[task] ?? 0;
  }

  private begin(task: number): number {
    for (let t = this.values.length; t <= task; t++) {
      this.values.push(new Int32Array(32));
      this.counts.push(0);
      this.marks.push(0);
      this.hashes.push(0);
    }
    return 0;
  }
}

/** One round of a 32-bit multiplicative hash. */
function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  return Math.imul(h, 0x85ebca77) ^ (h >>> 13);
}
