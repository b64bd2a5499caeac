import { availableParallelism } from 'node:os';
import type { OptionSpec } from '../cli/command';

/** `--workers <n>`, for commands that share their work; read it with {@link workersFor}. */
export const workersOption: OptionSpec = {
  flags: '--workers <n>',
  description: 'threads to share the work among (default: one a core); the result is the same',
  integer: { min: 1, max: 256 },
};

/** How many workers to start: what was asked for, or one a core, and no more than there are inputs. */
export function workersFor(asked: number | undefined, inputs = Infinity): number {
  return Math.max(1, Math.min(asked ?? availableParallelism(), inputs));
}
