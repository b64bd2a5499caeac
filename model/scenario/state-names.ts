/**
 * Exact names for the states of a running scenario: every word of shared memory, where each thread
 * is, and what the outcome keeps beside the memory. Nothing here trusts a hash: what is found by one
 * is compared word for word.
 */
import { WordTable } from '../explorer/word-table';
import { BLOCK, blockOf, type Machine } from '../machine/machine';

export class StateNames {
  private readonly blocks: WordTable;
  private readonly memories: WordTable;
  /** A history is one more value seen after another history. */
  private readonly histories: WordTable;
  private readonly pair = new Int32Array(2);
  private readonly names: Int32Array;

  /** @param same gives equal states of its machine the same names */
  constructor(
    private readonly machine: Machine,
    same?: StateNames,
  ) {
    this.blocks = same?.blocks ?? new WordTable();
    this.memories = same?.memories ?? new WordTable();
    this.histories = same?.histories ?? new WordTable();
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

  /** A number for where a task is; -1 when it has ended. */
  task(index: number): number {
    const { machine } = this;
    if (machine.finished(index)) return -1;
    const { trails } = machine;
    const values = trails.of(index);
    const count = trails.count(index);
    // Beginnings are below 0, so that they are no histories.
    let history = -1 - trails.marked(index);
    for (let k = 0; k < count; k++) {
      this.pair[0] = history;
      this.pair[1] = values[k]!;
      history = this.histories.intern(this.pair, 0, 2);
    }
    // Thus -1 is the end of a task and nothing else.
    return history < 0 ? history - 1 : history;
  }
}
