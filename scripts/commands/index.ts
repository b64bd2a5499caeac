import type { CommandSpec } from '../cli/command';

/** Every command of lzfree, in the order in which help lists them. */
export const commands: readonly CommandSpec[] = [];
