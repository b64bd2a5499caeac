import { counted } from '../cli/text';

/** How many scenarios were done: `4 scenarios`, or `3 of 4 scenarios` where some are left. */
export function scenariosText(document: {
  readonly scenarios: readonly unknown[];
  readonly left: readonly unknown[];
}): string {
  const done = document.scenarios.length;
  const all = counted(done + document.left.length, 'scenario');
  return document.left.length === 0 ? all : `${done} of ${all}`;
}
