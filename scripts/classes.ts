/** `lzfree classes` as data: scenarios explored under every valid variant, by workers. */
import type { View } from '../model/classes/partition';
import { VariantSpace } from '../model/classes/variant-space';
import { classesDocument, type ClassesDocument } from '../model/report/classes-document';
import type { ScenarioSource } from '../model/report/reported-outcome';
import type { ClassesPart } from '../model/report/scenario-classes';
import { withPool } from './workers/pool';
import type { TaskProgress } from './workers/task';

export interface ClassesRequest {
  readonly sources: readonly ScenarioSource[];
  readonly view: View;
  readonly executions: number | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number, detail?: string) => void;
}

/** The result does not depend on the number of workers. @throws ScenarioError */
export async function classesOf(request: ClassesRequest): Promise<ClassesDocument> {
  const { sources, view, executions, workers, signal } = request;
  const parts: ClassesPart[] = [];
  let done = 0;
  const tell = (progress?: TaskProgress) =>
    request.onProgress?.(done, sources.length, progress?.detail);
  await withPool({ workers, signal }, async (pool) => {
    const inputs = sources.map((source) => ({
      source,
      view,
      ...(executions !== undefined && { executions }),
    }));
    for await (const part of pool.map('classesOfScenario', inputs, tell)) {
      if (part !== null) parts.push(part);
      done++;
      tell();
    }
  });
  const known = new Set(parts.map(({ scenario }) => scenario.name));
  const names = sources.map(({ scenario }) => scenario.name);
  const left = names.filter((name) => !known.has(name));
  return classesDocument(parts, view, new VariantSpace(), left);
}
