/** Where the model differs from the shape of the patch, and why. Nothing stands here that is not needed. */
import type { SwitchId } from '../../model/features/hunk-id';

/** A switch that is asked for elsewhere than in the function of its hunk. */
export interface PlaceException {
  readonly id: SwitchId;
  readonly file: string;
  readonly function: string;
  readonly reason: string;
}

/** Places that the hunk's file and function do not explain. */
export const PLACE_EXCEPTIONS: readonly PlaceException[] = [
  {
    id: 'p3/include/linux/mm/zap_details',
    file: 'model/mm/madvise.ts',
    function: 'madvise_dontneed',
    reason: 'an initialiser names the member; there is no function of the member to call',
  },
];

/** A name of the patch that the model has under another one, or not at all. */
export interface NameException {
  readonly name: string;
  /** What stands for it in the model; null if nothing does. */
  readonly model: string | null;
  readonly reason: string;
}

export const NAME_EXCEPTIONS: readonly NameException[] = [
  { name: 'unlikely', model: null, reason: 'a hint to the compiler' },
  {
    name: 'dec_mm_counter',
    model: 'add',
    reason: "an mm's counters are words, changed in one access",
  },
  {
    name: 'MM_ANONPAGES',
    model: 'rss_anon',
    reason: "an mm's counters are words, each with a name",
  },
];

/** Functions that only the model calls, for what is no call in C. */
export const MODEL_CALLS: readonly { readonly name: string; readonly reason: string }[] = [
  { name: 'zapDetails', reason: 'a designated initialiser' },
];

/** A name that a hunk is known by and that its arm does not have. */
export interface ListException {
  readonly id: SwitchId;
  readonly name: string;
  readonly reason: string;
}

const LISTED = 'the list has the item in every variant; the arm without the hunk leaves it out';

export const LIST_EXCEPTIONS: readonly ListException[] = [
  { id: 'p4/include/linux/mmzone/NR_LAZYFREE_PAGES', name: 'NR_LAZYFREE_PAGES', reason: LISTED },
  { id: 'p4/include/linux/vm_event_item/PGLAZYFREE', name: 'PGLAZYFREE', reason: LISTED },
  { id: 'p4/mm/vmstat/vmstat_text', name: 'nr_lazyfree_pages', reason: LISTED },
  { id: 'p4/mm/vmstat/vmstat_text.2', name: 'pglazyfree', reason: LISTED },
];
