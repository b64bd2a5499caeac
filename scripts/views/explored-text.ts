/** How much was explored, in words: `5 traces`, or `12 states` where it was explored by states. */
import { counted } from '../cli/text';

/** Numbers of which one is null. */
export interface Explored {
  readonly executions: number | null;
  readonly states: number | null;
}

export const exploredNoun = ({ executions }: { readonly executions: unknown }): string =>
  executions === null ? 'state' : 'trace';

export function exploredText(explored: Explored): string {
  const n = explored.executions ?? explored.states!;
  return counted(n, exploredNoun(explored));
}
