/** Scenarios in few lines, explored and judged. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS, type VariantName } from '../../model/features/variant';
import { breachesOf } from '../../model/promises/judge';
import { JudgedScenario, type Breach } from '../../model/promises/promise';
import type { Scenario } from '../../model/scenario/ast';
import type { Outcome } from '../../model/scenario/outcome';
import { parseScenario } from '../../model/scenario/parse';

/** A scenario from its parts; `after` runs one after the other, threads at the same time. */
export function scenario(parts: {
  readonly options?: string;
  readonly setup?: readonly string[];
  readonly threads?: Readonly<Record<string, readonly string[]>>;
  readonly after?: readonly string[];
}): Scenario {
  const list = (lines: readonly string[]): string => lines.map((line) => `\n  - ${line}`).join('');
  const threads = Object.entries(parts.threads ?? {})
    .map(([actor, operations]) => `\n  ${actor}: [${operations.map((o) => `'${o}'`).join(', ')}]`)
    .join('');
  return parseScenario(
    [
      'scenario: judged',
      'title: judged',
      'source: none',
      ...(parts.options === undefined ? [] : [`options: {${parts.options}}`]),
      `setup: ${list(['P0: mmap a private-anon', ...(parts.setup ?? [])])}`,
      ...(threads === '' ? [] : [`threads: ${threads}`]),
      ...(parts.after === undefined ? [] : [`after: ${list(parts.after)}`]),
    ].join('\n'),
  );
}

const key = ({ promise, detail }: Breach): string => `${promise}: ${detail}`;

/** What is broken in any interleaving, sorted. */
export function broken(judged: Scenario, variant: VariantName): string[] {
  const { outcomes, completeness } = explore(judged, NAMED_VARIANTS[variant]);
  if (completeness.kind !== 'complete') throw new Error('broken: not complete');
  const prepared = new JudgedScenario(judged);
  const found = outcomes.flatMap(({ outcome }) => breachesOf(prepared, outcome).map(key));
  return [...new Set(found)].sort();
}

/** What a kernel would break that does the same as base but for `change`. */
export function brokenIf(judged: Scenario, change: (outcome: Outcome) => Outcome): string[] {
  const { outcomes } = explore(judged, NAMED_VARIANTS.base);
  const prepared = new JudgedScenario(judged);
  return outcomes.flatMap(({ outcome }) => breachesOf(prepared, change(outcome)).map(key)).sort();
}

/** The outcome with other results. */
export const answering =
  (results: Readonly<Record<string, number | string>>) =>
  (outcome: Outcome): Outcome => ({
    ...outcome,
    user: { ...outcome.user, results: { ...outcome.user.results, ...results } },
  });
