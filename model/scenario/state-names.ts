/**
 * Exact names for the states of a running scenario: every word of shared memory, where each thread
 * is, and what the outcome keeps beside the memory. Nothing here trusts a hash: what is found by one
 * is compared word for word.
 */
import { WordTable } from '../explorer/word-table';
import type { Machine } from '../machine/machine';

/** Memory is named in pieces, as a step changes a few of them and the others are known already. */
const PIECE = 32;

export class StateNames {
  private readonly pieces = new WordTable();
  private readonly memories = new WordTable();
  /** A history is one more value seen after another history. */
  private readonly histories = new WordTable();
  private readonly pair = new Int32Array(2);
  private readonly names: Int32Array;

  constructor(private readonly machine: Machine) {
    this.names = new Int32Array(Math.ceil(machine.arena.mem.length / PIECE));
  }

  /** A number for all of shared memory. */
  memory(): number {
    const { mem } = this.machine.arena;
    for (let n = 0; n < this.names.length; n++) {
      const end = Math.min((n + 1) * PIECE, mem.length);
      this.names[n] = this.pieces.intern(mem, n * PIECE, end);
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
