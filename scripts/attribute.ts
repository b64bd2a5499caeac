/** `lzfree attribute` as data: one scenario, and each condition in turn. */
import { setImmediate as turn } from 'node:timers/promises';
import { attribute, type Attribution } from '../model/attribution/attribute';
import { SharedExplorations, type KnownExploration } from '../model/diff/shared-explorations';
import { attributeDocument, type AttributeDocument } from '../model/report/attribute-document';
import type { ScenarioSource } from '../model/report/reported-outcome';
import { checkCondition, conditionNames } from '../model/scenario/condition-check';
import { layOut } from '../model/scenario/layout';
import { UsageError } from './cli/command';
import type { KeptResults } from './kept-results';

export interface AttributeRequest {
  readonly source: ScenarioSource;
  /** Absent: every condition that the scenario states for `fixed`. */
  readonly outcome: string | undefined;
  readonly largest: number;
  readonly executions: number;
  readonly signal: AbortSignal;
  /** What is known of the scenario; what becomes known goes there. */
  readonly kept: KeptResults<readonly KnownExploration[]>;
  /** Called with the number of sets tried so far. */
  readonly onProgress?: (tried: number) => void;
}

const KEEP_MS = 5000;

/** @throws ScenarioError, UsageError */
export async function attributeOutcome(request: AttributeRequest): Promise<AttributeDocument> {
  const { source, largest, executions, signal, kept } = request;
  const { scenario, file } = source;
  const bounds = { file, executions, signal };
  const explorations = new SharedExplorations(scenario, bounds, kept.of(source));
  let keptAt = performance.now();
  const attributions: Attribution[] = [];
  let tried = 0;
  for (const condition of conditionsOf(request)) {
    if (signal.aborted) break;
    const search = attribute(scenario, condition, explorations, largest);
    let step = search.next(false);
    while (!step.done) {
      request.onProgress?.(++tried);
      // Lets a signal of the process come through.
      await turn();
      if (performance.now() - keptAt > KEEP_MS) {
        await kept.keep(source, explorations.all);
        keptAt = performance.now();
      }
      step = search.next(signal.aborted);
    }
    attributions.push(step.value);
  }
  await kept.keep(source, explorations.all);
  const { name, title } = scenario;
  const facts = { name, title, largest, executions, interrupted: signal.aborted };
  return attributeDocument(facts, attributions, explorations);
}

function conditionsOf({ source: { scenario, file }, outcome }: AttributeRequest): string[] {
  if (outcome === undefined) {
    const stated = scenario.expect.filter(({ variants }) => variants?.includes('fixed') ?? true);
    if (stated.length > 0) return [...new Set(stated.map(({ condition }) => condition))];
    throw new UsageError(
      `${scenario.name} expects nothing of fixed; give a condition with --outcome`,
    );
  }
  const names = conditionNames(scenario, layOut(scenario, file));
  try {
    checkCondition(outcome, names);
  } catch (error) {
    throw new UsageError(`--outcome: ${(error as Error).message}`);
  }
  return [outcome];
}
