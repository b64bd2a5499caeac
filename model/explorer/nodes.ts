/** Where a search stands, as plain data: written out between two executions, and taken up by another. */
import type { StepDocument } from './forest';
import type { BranchBehind, OpenStates } from './open-states';
import { misfit } from './schedule';
import type { Search } from './search';

/** The state before a step of the path (or after the last): what is left to explore from it. */
export interface NodeDocument {
  /** The step that leads on; none from the last node. */
  readonly step?: StepDocument;
  /** Whether that step is the first of a sequence that was not kept. */
  readonly unguided?: true;
  /** Steps that this node has put to sleep: the branches that lie behind. */
  readonly sleep: readonly BranchBehind[];
  /** Branches that remain: a {@link Forest}, to which those are added that others' races require. */
  readonly pending: number[];
}

/** Where a search stands, from node `from` on. */
export function writeNodes(search: Search, open: OpenStates, from: number): NodeDocument[] {
  const { execution, trees, heads } = search;
  const { lists } = execution;
  return Array.from({ length: execution.length + 1 - from }, (_, k) => {
    const i = from + k;
    return {
      ...(i < execution.length && {
        step: [
          execution.thread[i]!,
          execution.choice[i]!,
          lists.toArray(execution.list[i]!),
        ] as const,
      }),
      ...(search.isUnguided(i) && { unguided: true as const }),
      sleep: open.branchesBehind(i),
      pending: trees.toForest(heads[i]!, lists),
    };
  });
}

/**
 * Brings a new search to where another one stood.
 *
 * @throws Error if the program does not take the same steps
 */
export function restoreNodes(
  search: Search,
  open: OpenStates,
  nodes: readonly NodeDocument[],
): void {
  const { lists } = search.execution;
  const listOf = (accesses: readonly number[]) =>
    lists.of(Int32Array.from(accesses), 0, accesses.length);
  nodes.forEach(({ step, unguided, sleep, pending }, i) => {
    for (const { step: asleep, part } of sleep) {
      const [thread, choice, accesses] = asleep;
      const number = search.sleep.push(i, thread, choice, listOf(accesses));
      open.keep(number, part);
    }
    if (step !== undefined) {
      const [thread, choice, accesses] = step;
      const reason = misfit(search.run, { thread, choice });
      if (reason !== undefined)
        throw new Error(`explore: step ${i} of a unit does not fit: ${reason}`);
      search.take(thread, choice);
      if (search.execution.list[i] !== listOf(accesses)) {
        throw new Error(`explore: step ${i} of a unit touches something else now`);
      }
      if (unguided) search.goUnguided(i);
    }
    search.heads[i] = search.trees.fromForest(pending, lists);
    search.taken[i] = sleep.length + (step === undefined ? 0 : 1);
  });
}
