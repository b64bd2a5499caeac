/** Who takes which item of a list: threads take them in order, and each is taken by one. */
export class Claims {
  private readonly word: Int32Array;

  /** @param memory what {@link Claims.memory} made, shared by all who take items of the same list */
  constructor(
    memory: SharedArrayBuffer,
    private readonly items: number,
  ) {
    this.word = new Int32Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  }

  /** Takes the next item. @returns its index; undefined if none is left, or no more may be taken */
  next(): number | undefined {
    for (;;) {
      const taken = this.load();
      if (taken < 0 || taken >= this.items) return undefined;
      if (this.replace(taken, taken + 1)) return taken;
    }
  }

  /** Lets no more be taken. */
  close(): void {
    for (;;) {
      const taken = this.load();
      if (taken < 0 || this.replace(taken, ~taken)) return;
    }
  }

  /** How many have been taken. */
  get taken(): number {
    const taken = this.load();
    return taken < 0 ? ~taken : taken;
  }

  /** How many have been taken, inverted once no more may be. */
  private load(): number {
    return Atomics.load(this.word, 0);
  }

  private replace(old: number, by: number): boolean {
    return Atomics.compareExchange(this.word, 0, old, by) === old;
  }
}
