/** include/linux/mm.h struct zap_details: what a zap spares. On the stack of who zaps. */
import type { AddressSpace, Vma } from './mm_types';

/** pgoff_t's highest value. */
export const ULONG_MAX = Number.MAX_SAFE_INTEGER;

export interface zap_details {
  /** Only pages with an index in the range, and file ptes in place of pages out of line; 0: no. */
  nonlinear_vma: Vma;
  /** Only pages whose `mapping` is this; 0: all. */
  check_mapping: AddressSpace;
  first_index: number;
  last_index: number;
  /**
   * Hunk 11's member. Undefined where nobody initialised it: then it is what lay on the stack, and
   * to read it is a choice.
   */
  lazy_free?: number;
}

/** A designated initialiser: what it does not name is 0. */
export const zapDetails = (members: Partial<zap_details>): zap_details => ({
  nonlinear_vma: 0,
  check_mapping: 0,
  first_index: 0,
  last_index: 0,
  lazy_free: 0,
  ...members,
});
