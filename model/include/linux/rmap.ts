/** include/linux/rmap.h: what a walk of the reverse map is told, and what it answers. */
import { defined } from '../../features/hunk';
import type { Steps } from '../../machine/op';
import { load } from '../../machine/op';
import { PAGE_MAPPING_ANON, PAGE_MAPPING_FLAGS, page_rmapping } from './mm';
import { Page, type Address, type AddressSpace, type AnonVma, type Vma } from './mm_types';

/** The low byte of ttu_flags is an action *number*; the rest are bits. */
export const TTU_UNMAP = 0;
export const TTU_MIGRATION = 1;
export const TTU_MUNLOCK = 2;
const TTU_ACTION_MASK = 0xff;
export const TTU_IGNORE_MLOCK = 1 << 8;
export const TTU_IGNORE_ACCESS = 1 << 9;
export const TTU_IGNORE_HWPOISON = 1 << 10;

/** p3 adds it to the action numbers; as a bit mask it is TTU_MIGRATION | TTU_MUNLOCK. */
export function TTU_LAZYFREE(): number {
  defined('p3/include/linux/rmap/TTU_LAZYFREE', 'TTU_LAZYFREE');
  return 3;
}

export const TTU_ACTION = (flags: number): number => flags & TTU_ACTION_MASK;

/** Return values of try_to_unmap and of every step of a walk. */
export const SWAP_SUCCESS = 0;
export const SWAP_AGAIN = 1;
export const SWAP_FAIL = 2;
export const SWAP_MLOCK = 3;

/** struct rmap_walk_control. `arg` is not needed: the functions are closures. */
export interface RmapWalkControl {
  /** Called for each vma that may map the page; anything but SWAP_AGAIN ends the walk. */
  rmap_one(page: Page, vma: Vma, address: Address): Steps<number>;
  /** Asked after each vma; true ends the walk. */
  done?(page: Page): Steps<boolean>;
  /** For the nonlinear vmas of a file, all at once. */
  file_nonlinear?(page: Page, mapping: AddressSpace): Steps<number>;
  /** How to find and lock the anon_vma; default page_anon_vma and down_read. */
  anon_lock?(page: Page): Steps<AnonVma>;
  /** Vmas to leave out. */
  invalid_vma?(vma: Vma): Steps<boolean>;
}

/** include/linux/rmap.h page_anon_vma: 0 unless the tag is exactly ANON. Reads `mapping` twice. */
export function* page_anon_vma(page: Page): Steps<AnonVma> {
  const mapping = yield load(page + Page.mapping);
  if ((mapping & PAGE_MAPPING_FLAGS()) !== PAGE_MAPPING_ANON) return 0;
  return yield* page_rmapping(page);
}
