/**
 * include/linux/mm.h, mm/memory.c: what an mm counts. Abstracted: the `_fast` forms, which a task keeps
 * for itself for up to 64 faults, count in the mm at once; so what /proc shows is never behind.
 * hiwater_rss, which only /proc shows, is left out.
 */
import { mm_struct, type Mm } from '../../include/linux/mm_types';
import { step, type Steps } from '../../machine/op';
import { bump } from '../../state/kernel';

const COUNTER = {
  /** MM_FILEPAGES */
  file: mm_struct.offset.rss_file,
  /** MM_ANONPAGES */
  anon: mm_struct.offset.rss_anon,
  /** MM_SWAPENTS */
  swapents: mm_struct.offset.rss_swapents,
} as const;

export type MmCounter = keyof typeof COUNTER;

/** What a zap or a fork has changed so far, not yet added to the mm. */
export type RssVec = Record<MmCounter, number>;

/** mm/memory.c init_rss_vec. */
export const init_rss_vec = (): RssVec => ({ file: 0, anon: 0, swapents: 0 });

/** include/linux/mm.h add_mm_counter, inside an atomic section: additions commute. */
export const bumpMmCounter = (mm: Mm, counter: MmCounter, by: number): void =>
  bump(mm + COUNTER[counter], by);

/** mm/memory.c add_mm_rss_vec: one event for the up to three additions, which commute with all others. */
export function* add_mm_rss_vec(mm: Mm, rss: RssVec): Steps {
  if (rss.file === 0 && rss.anon === 0 && rss.swapents === 0) return;
  yield step(mm + COUNTER.anon);
  for (const counter of ['file', 'anon', 'swapents'] as const) {
    if (rss[counter] !== 0) bumpMmCounter(mm, counter, rss[counter]);
  }
}
