/** Behaviour classes in the result of `lzfree check`. */
import type { Condition, Term } from '../../model/classes/condition';
import type { SwitchId } from '../../model/features/hunk-id';
import type { CheckDocument, CheckedScenario } from '../../model/report/check-document';
import { conditionLines } from './condition-text';

/**
 * By which hunks a scenario changed, which variants do what it did and which do what it does now; what
 * belongs to a line stands further right.
 */
export function classLines(
  { classChange, changedAt }: CheckedScenario,
  { before, now }: CheckDocument,
): string[] {
  if (classChange === null) return [];
  const { left, entered, owedTo } = classChange;
  const signed = (id: SwitchId) => `${now.switches.includes(id) ? '+' : '-'}${id}`;
  const sets = owedTo.map((set, k) => `  ${k === 0 ? '' : 'or '}${set.map(signed).join(' ')}`);
  return [
    ...(sets.length === 0 ? [] : ['Owed to (undone alone, it does again what it did):']),
    ...sets,
    `It has left the class of the variants with (${changedAt} level)`,
    ...metLines(left, before.switches),
    'for the class of those with',
    ...metLines(entered, now.switches),
  ];
}

/** The alternative of a condition that holds for a variant; the document has all. */
function metLines(condition: Condition | null, switches: readonly SwitchId[]): string[] {
  if (condition === null) return ['  (it would not compile)'];
  const holds = ({ on, off }: Term): boolean =>
    on.every((id) => switches.includes(id)) && !off.some((id) => switches.includes(id));
  const lines = conditionLines(condition.filter(holds).slice(0, 1));
  const others = condition.length - 1;
  return [
    ...lines.map((line) => `  ${line}`),
    ...(others === 0 ? [] : [`  (or as other alternatives say: ${others}, see --json)`]),
  ];
}
