/** What each thread was seen to touch, and whether a step meets what others touch. */
import { conflicting } from './dependence';
import type { Run } from './program';

const MODES = Array.from({ length: 16 }, (_, mode) => mode);
/** For each mode, the set of those that it conflicts with. */
const CONFLICTS = MODES.map((mode) =>
  MODES.reduce((set, other) => (conflicting(mode, other) ? set | (1 << other) : set), 0),
);

export class SeenAccesses {
  /** Different accesses that were seen. */
  size = 0;
  /** For each thread, the modes in which it touches an object. */
  private readonly modes: Map<number, number>[] = [];

  /** Keeps what the last step of a run touched. @returns whether another thread touches that, too */
  add(thread: number, { accesses, accessCount }: Run): boolean {
    let meets = false;
    for (let k = 0; k < accessCount; k++) {
      const [object, mode] = [accesses[k]! >>> 4, accesses[k]! & 15];
      this.keep(thread, object, 1 << mode);
      meets ||= this.modes.some(
        (of, other) => other !== thread && ((of.get(object) ?? 0) & CONFLICTS[mode]!) !== 0,
      );
    }
    return meets;
  }

  private keep(thread: number, object: number, mode: number): void {
    const of = (this.modes[thread] ??= new Map<number, number>());
    const before = of.get(object) ?? 0;
    if ((before & mode) !== 0) return;
    of.set(object, before | mode);
    this.size++;
  }
}
