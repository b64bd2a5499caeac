/** What a promise is, and what a run that breaks it is told. */
import type { Scenario } from '../scenario/ast';
import { layOut, wordOf, type Layout } from '../scenario/layout';
import type { Outcome } from '../scenario/outcome';
import { Histories, type Cell } from './history';
import { HappensBefore, type Node } from './happens-before';
import { RunFacts } from './run-facts';

/** A promise that a run broke. */
export interface Breach {
  readonly promise: string;
  /** Which way it was broken: equal for runs that go wrong alike, and free of names and numbers. */
  readonly detail: string;
  /** What happened in this run, in words. */
  readonly text: string;
}

/** One thing that holds in every run of every kernel that works, whatever the variant. */
export interface KernelPromise {
  readonly id: string;
  /** The promise, one sentence. */
  readonly text: string;
  /** What it rests on: manual page, kernel file and function, or the mail. */
  readonly source: string;
  /** Exactly what it says of operations that run at the same time, and when it says nothing. */
  readonly concurrently: string;
  judge(run: JudgedRun): Iterable<Omit<Breach, 'promise'>>;
}

/** A scenario with its order of operations: what is the same for all of its runs. */
export class JudgedScenario {
  readonly order: HappensBefore;
  readonly layout: Layout;

  constructor(readonly scenario: Scenario) {
    this.order = new HappensBefore(scenario);
    this.layout = layOut(scenario);
  }

  /** Whether an operation of one of these verbs stands anywhere in the scenario. */
  has(...verbs: readonly string[]): boolean {
    return this.order.nodes.some(({ operation }) => verbs.includes(operation.verb));
  }
}

/** One run, prepared for judging. */
export class JudgedRun {
  readonly facts: RunFacts;
  readonly histories: Histories;

  constructor(
    readonly judged: JudgedScenario,
    readonly outcome: Outcome,
  ) {
    this.facts = new RunFacts(judged.order, outcome);
    this.histories = new Histories(judged.scenario, this.facts);
  }

  get order(): HappensBefore {
    return this.judged.order;
  }

  /** The operations with this verb that were reached. */
  performed(verb: string): Node[] {
    return this.facts.nodes.filter(
      (node) => node.operation.verb === verb && this.facts.reached(node),
    );
  }

  /** Whether the kernel crashed or something never came to its end: little else can be asked then. */
  get broken(): boolean {
    const { system, user } = this.outcome;
    const killed = user.killed.length + system.killed.length;
    return system.faults.length > 0 || killed > 0 || this.waiting.length > 0;
  }

  /** Who waits for ever: threads, and what comes after them if an audit or read there has no result. */
  get waiting(): readonly string[] {
    const { user, system } = this.outcome;
    const stuck = [...user.stuck, ...system.stuck];
    const unfinished = this.facts.nodes.some(
      (node) =>
        node.phase === 'after' &&
        /^(audit|read)$/.test(node.operation.verb) &&
        this.facts.result(node) === undefined,
    );
    return stuck.length === 0 && unfinished ? ['after'] : stuck;
  }

  /** Whether a cell is private anonymous memory that nothing took the contents from but what is known. */
  isOrdinary(cell: Cell): boolean {
    const { scenario } = this.judged;
    if (scenario.options.readsFail === true) return false;
    return this.facts.nodes.every(({ operation }) => {
      if (operation.verb === 'mmap' && wordOf(operation, 0) === cell.area) {
        return ['private-anon', 'stack'].includes(wordOf(operation, 1));
      }
      if (operation.verb === 'memory-failure') return false;
      return wordOf(operation, 1) !== 'DONTFORK' && wordOf(operation, 1) !== 'HWPOISON';
    });
  }
}
