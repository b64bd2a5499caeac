import type { CommandSpec } from '../cli/command';
import { completionCommand } from './completion';
import { helpCommand } from './help';
import { importCommand } from './import';
import { patchesCommand } from './patches';

/** Every command of lzfree, in the order in which help lists them. */
export const commands: readonly CommandSpec[] = [
  patchesCommand,
  importCommand,
  completionCommand(() => commands),
  helpCommand(() => commands),
];
