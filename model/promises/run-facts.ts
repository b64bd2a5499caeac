/** What the operations of one run did, as far as its outcome tells. */
import { resultOf, type Outcome, type ResultValue } from '../scenario/outcome';
import type { HappensBefore, Node } from './happens-before';

const isSignal = (value: ResultValue | undefined): boolean =>
  typeof value === 'string' && value.startsWith('SIG');

/** Results by operation, and whether an operation was reached at all. */
export class RunFacts {
  private readonly notReached = new Set<Node>();

  constructor(
    readonly order: HappensBefore,
    readonly outcome: Outcome,
  ) {
    // A thread ends at the operation that is answered with a signal; set-up and after go on.
    const ended = new Set<number>();
    for (const node of order.nodes) {
      if (node.thread === undefined) continue;
      if (ended.has(node.thread)) this.notReached.add(node);
      else if (isSignal(this.result(node))) ended.add(node.thread);
    }
  }

  get nodes(): readonly Node[] {
    return this.order.nodes;
  }

  result(node: Node): ResultValue | undefined {
    return resultOf(this.outcome, node.result);
  }

  reached(node: Node): boolean {
    return !this.notReached.has(node);
  }

  /** The signal that an operation was answered with. */
  signal(node: Node): string | undefined {
    const value = this.result(node);
    return isSignal(value) ? String(value) : undefined;
  }
}
