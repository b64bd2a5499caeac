/** A scenario as the text of a scenario file, which parses to the same scenario. */
import type { Action, Scenario } from './ast';
import { printOperation } from './operation-syntax';

export function printScenario(scenario: Scenario): string {
  const { name, title, source, options, setup, threads, after } = scenario;
  return [
    `scenario: ${name}`,
    `title: ${JSON.stringify(title)}`,
    `source: ${JSON.stringify(source)}`,
    ...section('options', Object.entries(options), ([key, value]) => `${key}: ${value}`),
    ...section('setup', setup, action),
    ...section(
      'threads',
      threads,
      ({ actor, operations }) => `${actor.name}: [${operations.map(printOperation).join(', ')}]`,
    ),
    ...section('after', after, action),
    '',
  ].join('\n');
}

const action = ({ actor, operation }: Action): string =>
  `- ${actor.name}: ${printOperation(operation)}`;

function section<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${line(item)}`)];
}
