/** `lzfree classes` as data: scenarios explored under every valid variant, by workers. */
import type { View } from '../model/classes/partition';
import { VariantSpace } from '../model/classes/variant-space';
import { classesDocument, type ClassesDocument } from '../model/report/classes-document';
import type { ClassesPart } from '../model/report/scenario-classes';
import { finished, scenarioResults, type ResultsRequest } from './scenario-results';

export interface ClassesRequest extends ResultsRequest<ClassesPart> {
  readonly view: View;
  readonly executions: number | undefined;
}

/** The result does not depend on the number of workers. @throws ScenarioError */
export async function classesOf(request: ClassesRequest): Promise<ClassesDocument> {
  const { sources, view } = request;
  const parts = await classesParts(request);
  const left = sources.filter((_, index) => parts[index] === undefined);
  const names = left.map(({ scenario }) => scenario.name);
  return classesDocument(finished(parts), view, new VariantSpace(), names);
}

/** What came of each scenario; undefined where an interruption left it out. @throws ScenarioError */
export function classesParts(request: ClassesRequest): Promise<(ClassesPart | undefined)[]> {
  const { view, executions } = request;
  const bounds = executions !== undefined && { executions };
  return scenarioResults('classesOfScenario', (source) => ({ source, view, ...bounds }), request);
}
