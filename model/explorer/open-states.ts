/**
 * States that lie behind in a unit's search, and of which something may still be asked: those in which
 * a step sleeps whose branch may not have been explored to its end. What that branch's races require
 * of a state before the unit may lead here, and be covered by none of the branches from here.
 */
import type { Execution } from './execution';
import type { StepDocument } from './forest';
import type { SleepSets } from './sleep-sets';

/** A branch that has been explored, as far as is known. */
export interface BranchBehind {
  readonly step: StepDocument;
  /** The state that it leads to, where that is open. */
  readonly part: StateBehind | null;
}

export interface StateBehind {
  readonly branches: readonly BranchBehind[];
}

export class OpenStates {
  /** For sleeping steps, by number, whose branches are open: what is known of them. */
  private readonly parts = new Map<number, StateBehind>();

  constructor(
    private readonly sleep: SleepSets,
    private readonly execution: Execution,
  ) {}

  keep(number: number, part: StateBehind | null): void {
    if (part === null) this.parts.delete(number);
    else this.parts.set(number, part);
  }

  /**
   * Puts event i, the last, to sleep, with the branches of the state after it if that is open. Behind an
   * unguided step nothing is asked: it stands for all that it can begin.
   */
  leave(i: number, isUnguided: boolean): void {
    const isOpen = !isUnguided && this.isOpen(i + 1);
    const part = isOpen ? { branches: this.branchesBehind(i + 1) } : null;
    this.keep(this.sleep.add(i, this.execution), part);
  }

  /** The branches of node i that lie behind. */
  branchesBehind(i: number): BranchBehind[] {
    const { lists } = this.execution;
    return this.sleep.ownOf(i).map(({ number, thread, choice, list }) => ({
      step: [thread, choice, lists.toArray(list)],
      part: this.parts.get(number) ?? null,
    }));
  }

  isOpen(node: number): boolean {
    if (this.parts.size === 0) return false;
    const { from, to, members } = this.sleep;
    for (let k = from[node]!; k < to[node]!; k++) if (this.parts.has(members[k]!)) return true;
    return false;
  }
}
