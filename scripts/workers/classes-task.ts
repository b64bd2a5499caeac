/** The task of `lzfree classes`: all valid variants on one scenario. */
import type { View } from '../../model/classes/partition';
import { VariantSpace } from '../../model/classes/variant-space';
import { scenarioClasses, type ClassesPart } from '../../model/report/scenario-classes';
import type { ScenarioSource } from '../../model/report/reported-outcome';
import type { TaskContext } from './task';
import { counted } from '../cli/text';

export interface ClassesInput {
  readonly source: ScenarioSource;
  readonly view: View;
  /** Most executions of one part of the scenario under one variant. */
  readonly executions?: number;
}

/** Nothing if it was interrupted: what is known then says nothing about any variant. */
export function classesOfScenario(input: ClassesInput, context: TaskContext): ClassesPart | null {
  const { source, view, executions } = input;
  const { signal } = context;
  const part = scenarioClasses(source, view, new VariantSpace(), {
    signal,
    ...(executions !== undefined && { executions }),
    onProgress: ({ executions: done }, at) => {
      const percent = Math.floor(at.covered * 100);
      context.report({
        done: at.part,
        total: at.parts,
        detail:
          `${source.scenario.name}, part ${at.part + 1} of ${at.parts}: ` +
          `${percent} % of the variants, ${counted(done, 'execution')}`,
      });
    },
  });
  return part.scenario.completeness.kind === 'interrupted' ? null : part;
}
