/** A scenario as text, in the form that parse.ts reads. */
import { stringify } from 'yaml';
import type { Actor, Scenario } from './ast';
import { printOperation } from './operation-syntax';

const actorName = ({ name, cpu }: Actor): string => (cpu === undefined ? name : `${name}@${cpu}`);

/** The text of a scenario: parsed again, it is the same one. */
export function printScenario(scenario: Scenario): string {
  const actions = (list: Scenario['setup']): Record<string, string>[] =>
    list.map(({ actor, operation }) => ({ [actorName(actor)]: printOperation(operation) }));
  const threads = scenario.threads.map(({ actor, operations }): [string, string[]] => [
    actorName(actor),
    operations.map(printOperation),
  ]);
  const document = {
    scenario: scenario.name,
    title: scenario.title,
    source: scenario.source,
    ...(Object.keys(scenario.options).length > 0 && { options: scenario.options }),
    ...(scenario.setup.length > 0 && { setup: actions(scenario.setup) }),
    ...(threads.length > 0 && { threads: Object.fromEntries(threads) }),
    ...(scenario.after.length > 0 && { after: actions(scenario.after) }),
    ...(scenario.expect.length > 0 && {
      expect: scenario.expect.map(({ quantifier, condition, variants }) => ({
        [quantifier]: condition,
        ...(variants !== undefined && { variants }),
      })),
    }),
  };
  return stringify(document, { lineWidth: 0 });
}
