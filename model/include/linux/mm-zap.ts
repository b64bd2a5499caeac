/** include/linux/mm.h struct zap_details: what a zap spares. On the stack of who zaps. */
import { defined } from '../../features/hunk';
import { choose, type Steps } from '../../machine/op';
import type { AddressSpace, Vma } from './mm_types';

/** pgoff_t's highest value. */
export const ULONG_MAX = Number.MAX_SAFE_INTEGER;

export interface ZapDetails {
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
export const zapDetails = (members: Partial<ZapDetails>): ZapDetails => ({
  nonlinear_vma: 0,
  check_mapping: 0,
  first_index: 0,
  last_index: 0,
  lazy_free: 0,
  ...members,
});

/**
 * `details->lazy_free`, read. Where it was never written it is a remnant on the stack, zero or not:
 * a choice, made once for the variable.
 */
export function* lazy_free(details: ZapDetails): Steps<boolean> {
  defined('p3/include/linux/mm/zap_details', 'zap_details.lazy_free');
  details.lazy_free ??= yield choose(2);
  return details.lazy_free !== 0;
}
