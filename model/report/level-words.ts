/** Levels in words, for every view alike. */
import type { Level } from '../scenario/outcome';

/** Who sees what a level holds. */
export const WHO: Readonly<Record<Level, string>> = {
  user: 'a program',
  system: 'an administrator',
  internal: 'only the kernel',
};
