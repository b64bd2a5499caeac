/**
 * Exact names for states of the shared memory: equal names, equal words. Nothing here trusts a hash: what is
 * found by one is compared word for word.
 */
import { WordTable } from '../explorer/word-table';
import { BLOCK, blockOf, type Machine } from '../machine/machine';

export class MemoryNames {
  private readonly blocks: WordTable;
  private readonly memories: WordTable;
  private readonly names: Int32Array;

  /** @param same gives equal states of its machine the same names */
  constructor(
    private readonly machine: Machine,
    same?: MemoryNames,
  ) {
    this.blocks = same?.blocks ?? new WordTable();
    this.memories = same?.memories ?? new WordTable();
    this.names = new Int32Array(blockOf(machine.arena.mem.length - 1) + 1);
  }

  /** A number for all of shared memory. It is named in blocks, as a step changes a few of them. */
  memory(): number {
    const { stale, arena } = this.machine;
    const { mem } = arena;
    for (let n = 0; n < this.names.length; n++) {
      if (stale !== undefined && stale[n] === 0) continue;
      const end = Math.min((n + 1) * BLOCK, mem.length);
      this.names[n] = this.blocks.intern(mem, n * BLOCK, end);
      if (stale !== undefined) stale[n] = 0;
    }
    return this.memories.intern(this.names, 0, this.names.length);
  }

  /** Brings the memory to where it had a name. */
  goTo(memory: number): void {
    const { memories, names, machine } = this;
    const { stale, arena } = machine;
    const from = memories.from[memory]!;
    for (let n = 0; n < names.length; n++) {
      const name = memories.words[from + n]!;
      if (stale !== undefined && stale[n] === 0 && names[n] === name) continue;
      const { words, from: begin } = this.blocks;
      arena.mem.set(words.subarray(begin[name], begin[name + 1]), n * BLOCK);
      names[n] = name;
      if (stale !== undefined) stale[n] = 0;
    }
  }
}
