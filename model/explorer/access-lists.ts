/**
 * What a step touches, as one number: the access itself where there is one, and the number of a list
 * where there are several. Most steps touch one word, and a list is found in many executions.
 */
import { dependent } from './dependence';
import type { Access } from './program';
import { WordTable } from './word-table';

export type AccessList = number;

/** The list of a step that touches nothing. */
export const NO_ACCESS: AccessList = -1;

export class AccessLists {
  private readonly table = new WordTable();

  of(acc: Int32Array, from: number, to: number): AccessList {
    if (to - from === 1) return acc[from]!;
    return to === from ? NO_ACCESS : -2 - this.table.intern(acc, from, to);
  }

  /** Whether any access of one list depends on any of another. */
  dependent(a: AccessList, b: AccessList): boolean {
    if (a >= 0 && b >= 0) return dependent(a, b);
    if (a === NO_ACCESS || b === NO_ACCESS) return false;
    if (a >= 0) return this.meets(b, a);
    const { words, from } = this.table;
    for (let k = from[-2 - a]!; k < from[-1 - a]!; k++) if (this.meets(b, words[k]!)) return true;
    return false;
  }

  /** Number of accesses. */
  length(list: AccessList): number {
    if (list >= 0) return 1;
    return list === NO_ACCESS ? 0 : this.table.from[-1 - list]! - this.table.from[-2 - list]!;
  }

  at(list: AccessList, k: number): Access {
    return list >= 0 ? list : this.table.words[this.table.from[-2 - list]! + k]!;
  }

  toArray(list: AccessList): Access[] {
    return Array.from({ length: this.length(list) }, (_, k) => this.at(list, k));
  }

  private meets(list: AccessList, access: Access): boolean {
    if (list >= 0) return dependent(list, access);
    const { words, from } = this.table;
    for (let k = from[-2 - list]!; k < from[-1 - list]!; k++) {
      if (dependent(words[k]!, access)) return true;
    }
    return false;
  }
}
