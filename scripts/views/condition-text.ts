/** Conditions on hunks as text. */
import type { Condition, Term } from '../../model/classes/condition';
import type { SwitchId } from '../../model/features/hunk-id';

/**
 * What all alternatives ask for, then each with the rest, a line each: `+` before a hunk that must be in, `-`
 * before one that must not.
 */
export function conditionLines(condition: Condition): string[] {
  if (condition.length === 0) return ['never'];
  if (condition.length === 1) return [termText(condition[0]!)];
  const on = inEach(condition.map((term) => term.on));
  const off = inEach(condition.map((term) => term.off));
  const rests = condition.map((term) => ({
    on: term.on.filter((id) => !on.includes(id)),
    off: term.off.filter((id) => !off.includes(id)),
  }));
  const common = on.length + off.length === 0 ? [] : [`${termText({ on, off })}, and`];
  return [
    ...common,
    ...rests.map((rest, i) => `${i === 0 ? 'either' : '    or'} ${termText(rest)}`),
  ];
}

const inEach = (lists: readonly (readonly SwitchId[])[]): SwitchId[] =>
  lists[0]!.filter((id) => lists.every((list) => list.includes(id)));

function termText({ on, off }: Term): string {
  const words = [...on.map((id) => `+${id}`), ...off.map((id) => `-${id}`)];
  return words.length === 0 ? 'always' : words.join(' ');
}
