/**
 * Footprints: which thread may still touch what. They are interned, so that equal ones are the same
 * number and their unions are looked up: an exploration has many states and few footprints.
 */
import { dependent } from './dependence';
import type { Access } from './program';

/** An interned footprint. */
export type Footprint = number;

/** The accesses of one thread in a footprint. */
export interface ThreadFootprint {
  readonly thread: number;
  readonly accesses: readonly Access[];
}

const THREAD = 2 ** 30;

export class Footprints {
  /** Sorted members, `thread * 2^30 + access`, of each footprint. */
  private readonly members: (readonly number[])[] = [[]];
  private readonly byThreadOf: (readonly ThreadFootprint[] | undefined)[] = [];
  private readonly ids = new Map<string, Footprint>([['', 0]]);
  private readonly unions = new Map<number, Footprint>();

  /** The footprint that is empty. */
  readonly none: Footprint = 0;

  /** The footprint of one step. */
  of(thread: number, accesses: readonly Access[]): Footprint {
    return this.intern(accesses.map((access) => thread * THREAD + access));
  }

  /** What a footprint holds, of all threads. */
  accesses(id: Footprint): readonly Access[] {
    return this.members[id].map((member) => member % THREAD);
  }

  union(a: Footprint, b: Footprint): Footprint {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const key = a < b ? a * 2 ** 26 + b : b * 2 ** 26 + a;
    let id = this.unions.get(key);
    if (id === undefined) {
      this.unions.set(key, (id = this.intern([...this.members[a], ...this.members[b]])));
    }
    return id;
  }

  /** What a footprint holds, by thread. */
  byThread(id: Footprint): readonly ThreadFootprint[] {
    return (this.byThreadOf[id] ??= groupByThread(this.members[id]));
  }

  /** What a footprint holds of one thread. */
  ofThread(id: Footprint, thread: number): readonly Access[] {
    return this.byThread(id).find((own) => own.thread === thread)?.accesses ?? [];
  }

  private intern(list: number[]): Footprint {
    const sorted = [...new Set(list)].sort((a, b) => a - b);
    const key = sorted.join();
    let id = this.ids.get(key);
    if (id === undefined) {
      this.ids.set(key, (id = this.members.length));
      this.members.push(sorted);
    }
    return id;
  }
}

/** Whether any access of one list conflicts with any of another. */
export function anyDependent(a: readonly Access[], b: readonly Access[]): boolean {
  return a.some((x) => b.some((y) => dependent(x, y)));
}

function groupByThread(members: readonly number[]): ThreadFootprint[] {
  const groups = new Map<number, Access[]>();
  for (const member of members) {
    const thread = Math.floor(member / THREAD);
    const accesses = groups.get(thread);
    if (accesses === undefined) groups.set(thread, [member % THREAD]);
    else accesses.push(member % THREAD);
  }
  return [...groups].map(([thread, accesses]) => ({ thread, accesses }));
}
