/** What a step of a trace did, in words: the same in every view. */
import type { TraceStep } from '../scenario/trace';

/** The choice it took, the words it changed, and the results and kernel faults that came of it. */
export function effectsOf({ choice, changes, state }: TraceStep): string[] {
  const results = state
    .filter(({ section, after }) => section === 'results' && after !== null)
    .map(({ object, field, after }) =>
      field === '' ? `result ${object} = ${after}` : faultText(field, object, after!),
    );
  return [...(choice === undefined ? [] : [`choice ${choice}`]), ...changes, ...results];
}

/** Of a fault the place may not be known. */
const faultText = (kind: string, where: string, what: string): string =>
  `${kind.toUpperCase()}${where === '' ? '' : ` in ${where}`}: ${what}`;
