/** `lzfree attribute` as data: one scenario, and each condition in turn. */
import { setImmediate as turn } from 'node:timers/promises';
import { attribute, type Attribution } from '../model/attribution/attribute';
import { SharedExplorations } from '../model/diff/shared-explorations';
import { attributeDocument, type AttributeDocument } from '../model/report/attribute-document';
import type { ScenarioSource } from '../model/report/reported-outcome';
import { checkCondition } from '../model/scenario/condition';
import { resultNames } from '../model/scenario/parse';
import { UsageError } from './cli/command';

export interface AttributeRequest {
  readonly source: ScenarioSource;
  /** Absent: every condition that the scenario states for `fixed`. */
  readonly outcome: string | undefined;
  readonly largest: number;
  readonly executions: number;
  readonly signal: AbortSignal;
  /** Called with the number of sets tried so far. */
  readonly onProgress?: (tried: number) => void;
}

/** @throws ScenarioError, UsageError */
export async function attributeOutcome(request: AttributeRequest): Promise<AttributeDocument> {
  const { source, largest, executions, signal } = request;
  const { scenario, file } = source;
  const explorations = new SharedExplorations(scenario, { file, executions, signal });
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
      step = search.next(signal.aborted);
    }
    attributions.push(step.value);
  }
  const { name, title } = scenario;
  const facts = { name, title, largest, executions, interrupted: signal.aborted };
  return attributeDocument(facts, attributions, explorations);
}

function conditionsOf({ source: { scenario }, outcome }: AttributeRequest): string[] {
  if (outcome === undefined) {
    const stated = scenario.expect.filter(({ variants }) => variants?.includes('fixed') ?? true);
    if (stated.length > 0) return [...new Set(stated.map(({ condition }) => condition))];
    throw new UsageError(
      `${scenario.name} expects nothing of fixed; give a condition with --outcome`,
    );
  }
  try {
    checkCondition(outcome, resultNames(scenario));
  } catch (error) {
    throw new UsageError(`--outcome: ${(error as Error).message}`);
  }
  return [outcome];
}
