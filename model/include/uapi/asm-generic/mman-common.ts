/** include/uapi/asm-generic/mman-common.h: the advice that madvise takes. */
import { defined } from '../../../features/hunk';

export const MADV_NORMAL = 0;
export const MADV_RANDOM = 1;
export const MADV_SEQUENTIAL = 2;
export const MADV_WILLNEED = 3;
export const MADV_DONTNEED = 4;
export const MADV_REMOVE = 9;
export const MADV_DONTFORK = 10;
export const MADV_DOFORK = 11;
export const MADV_MERGEABLE = 12;
export const MADV_UNMERGEABLE = 13;
export const MADV_HUGEPAGE = 14;
export const MADV_NOHUGEPAGE = 15;
export const MADV_DONTDUMP = 16;
export const MADV_DODUMP = 17;
export const MADV_HWPOISON = 100;
export const MADV_SOFT_OFFLINE = 101;

/** p3 defines it; nothing uses it without that hunk. */
export function MADV_FREE(): number {
  defined('p3/include/uapi/asm-generic/mman-common/MADV_FREE', 'MADV_FREE');
  return 5;
}

/** What a program passes, by the name after MADV_: a program has its own headers, and its own FREE. */
export const ADVICE = {
  NORMAL: MADV_NORMAL,
  RANDOM: MADV_RANDOM,
  SEQUENTIAL: MADV_SEQUENTIAL,
  WILLNEED: MADV_WILLNEED,
  DONTNEED: MADV_DONTNEED,
  FREE: 5,
  REMOVE: MADV_REMOVE,
  DONTFORK: MADV_DONTFORK,
  DOFORK: MADV_DOFORK,
  MERGEABLE: MADV_MERGEABLE,
  UNMERGEABLE: MADV_UNMERGEABLE,
  HUGEPAGE: MADV_HUGEPAGE,
  NOHUGEPAGE: MADV_NOHUGEPAGE,
  DONTDUMP: MADV_DONTDUMP,
  DODUMP: MADV_DODUMP,
  HWPOISON: MADV_HWPOISON,
  SOFT_OFFLINE: MADV_SOFT_OFFLINE,
} as const;
