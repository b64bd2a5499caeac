/** Hunks that act but change nothing, because other code of the kernel comes to the same end. */
import type { SwitchId } from '../features/hunk-id';

/** Why a hunk with run-time effect cannot be pinned, and the scenario that shows it. */
export interface Redundancy {
  /** Explored completely it has the same outcomes with the hunk and without it. */
  readonly scenario: string;
  readonly reason: string;
}

/** A spec proves each of these. */
export const REDUNDANT: { readonly [id in SwitchId]?: Redundancy } = {
  'p6/mm/ksm/try_to_merge_one_page': {
    scenario: 'ksm-races-with-free',
    reason:
      'write_protect_page refuses a tagged page all the same: page_anon_vma is NULL for it, so ' +
      'page_address_in_vma gives -EFAULT',
  },
};
