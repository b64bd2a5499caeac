/**
 * Which operations of a scenario come before which, in every execution: by program order, by set-up,
 * threads and after, by fork, and by post and wait. A judge that uses nothing else gives the same
 * answer for all executions of one trace.
 */
import type { Actor, Operation, Scenario } from '../scenario/ast';
import { wordOf } from '../scenario/layout';

export type Phase = 'setup' | 'threads' | 'after';

/** One operation of a scenario, with all that tells it from the others. */
export interface Node {
  readonly index: number;
  readonly phase: Phase;
  /** Index of the thread, in phase `threads`. */
  readonly thread: number | undefined;
  readonly actor: Actor;
  readonly operation: Operation;
  /** The name that its result is kept under. */
  readonly result: string;
}

/** A scenario's operations and their order. */
export class HappensBefore {
  readonly nodes: readonly Node[];
  /** Bit b of `before[a]`: a comes before b. */
  private readonly before: boolean[][];

  constructor(scenario: Scenario) {
    this.nodes = nodesOf(scenario);
    const size = this.nodes.length;
    this.before = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
    for (const [a, b] of directOrder(this.nodes)) this.before[a]![b] = true;
    this.close();
  }

  /** Whether operation `a` has ended, in every execution, when operation `b` begins. */
  isBefore(a: Node, b: Node): boolean {
    return this.before[a.index]![b.index]!;
  }

  /** Whether nothing runs beside the operation. */
  isAlone(node: Node): boolean {
    return this.nodes.every(
      (other) => other === node || this.isBefore(node, other) || this.isBefore(other, node),
    );
  }

  private close(): void {
    const { before } = this;
    for (let k = 0; k < before.length; k++) {
      for (const row of before) {
        if (!row[k]) continue;
        for (let j = 0; j < before.length; j++) if (before[k]![j]) row[j] = true;
      }
    }
  }
}

function nodesOf(scenario: Scenario): Node[] {
  const nodes: Node[] = [];
  const add = (phase: Phase, actor: Actor, operation: Operation, name: string, thread?: number) => {
    const result = operation.result ?? name;
    nodes.push({ index: nodes.length, phase, thread, actor, operation, result });
  };
  const alone = (phase: 'setup' | 'after'): void =>
    scenario[phase].forEach(({ actor, operation }, i) =>
      add(phase, actor, operation, `${phase}:${i + 1}`),
    );
  alone('setup');
  scenario.threads.forEach(({ actor, operations }, thread) =>
    operations.forEach((operation, i) => {
      const name = operations.length > 1 ? `${actor.name}:${i + 1}` : actor.name;
      add('threads', actor, operation, name, thread);
    }),
  );
  alone('after');
  return nodes;
}

const PHASES: readonly Phase[] = ['setup', 'threads', 'after'];

function directOrder(nodes: readonly Node[]): [number, number][] {
  const order: [number, number][] = [];
  for (const a of nodes) {
    for (const b of nodes) {
      const phases = PHASES.indexOf(b.phase) - PHASES.indexOf(a.phase);
      const same = a.phase === b.phase && a.index < b.index;
      const inOrder = same && (a.phase !== 'threads' || a.thread === b.thread);
      if (phases > 0 || inOrder || orders(a, b, nodes)) order.push([a.index, b.index]);
    }
  }
  return order;
}

/** A fork and what the child does; a post and the wait that it ends, where no other post could. */
function orders(a: Node, b: Node, nodes: readonly Node[]): boolean {
  if (a.phase !== 'threads' || b.phase !== 'threads') return false;
  const name = wordOf(a.operation, 0);
  if (a.operation.verb === 'fork') return b.actor.process === name;
  if (a.operation.verb !== 'post' || b.operation.verb !== 'wait') return false;
  const posts = nodes.filter(({ operation }) => operation.verb === 'post');
  const same = posts.filter(({ operation }) => wordOf(operation, 0) === name);
  return wordOf(b.operation, 0) === name && same.length === 1;
}
