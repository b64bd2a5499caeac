/** Values of the kernel's words as a reviewer would say them. */
import {
  _PAGE_DIRTY,
  _PAGE_RW,
  pte_dirty,
  pte_file,
  pte_none,
  pte_numa,
  pte_pfn,
  pte_present,
  pte_to_pgoff,
  pte_to_swp_entry,
  pte_write,
  pte_young,
  type Pte,
} from '../arch/x86/include/asm/pgtable';
import { LIST_POISON1, LIST_POISON2 } from '../include/linux/list';
import { LRU_LISTS } from '../include/linux/mm_types';
import { COUNT_CONTINUED, SWAP_HAS_CACHE, SWAP_MAP_BAD } from '../include/linux/swap';
import { is_hwpoison_entry, is_migration_entry, swp_offset } from '../include/linux/swapops';
import type { TlbEntry } from '../hardware/tlb';

/** Names the page in a frame. */
type FrameName = (pfn: number) => string;

/** A page-table entry: its page and bits, or what a non-present one stands for. */
export function pteValue(value: Pte, frame: FrameName): string {
  if (pte_none(value)) return 'none';
  if (!pte_present(value)) return entryValue(value, frame);
  const bits = [
    pte_write(value) ? 'rw' : 'ro',
    pte_young(value) ? 'young' : 'old',
    pte_dirty(value) ? 'dirty' : 'clean',
    // The kernel takes it for present, the hardware does not: PROT_NONE, or a NUMA hint.
    ...(pte_numa(value) ? ['PROTNONE'] : []),
  ];
  return [frame(pte_pfn(value)), ...bits].join(' ');
}

function entryValue(value: Pte, frame: FrameName): string {
  if (pte_file(value)) return `file page ${pte_to_pgoff(value)}`;
  const entry = pte_to_swp_entry(value);
  const offset = swp_offset(entry);
  if (is_migration_entry(entry)) return `migration entry of ${frame(offset)}`;
  if (is_hwpoison_entry(entry)) return `hwpoison entry of ${frame(offset)}`;
  return `swap entry ${offset}`;
}

/** What a TLB entry lets its CPU do: `dirty` means that a store sets no bit in the pte any more. */
export function tlbValue(value: TlbEntry, frame: FrameName): string {
  if (value === 0) return 'empty';
  const rw = (value & _PAGE_RW) === 0 ? 'ro' : 'rw';
  return `${frame(pte_pfn(value))} ${rw} ${(value & _PAGE_DIRTY) === 0 ? 'clean' : 'dirty'}`;
}

/** The word `_mapcount`, which is -1 for a page that no page table has. */
export const mapcountValue = (value: number): string => `${value + 1} mapped`;

/** A byte of the swap map: how many ptes use the slot, and whether the swap cache does. */
export function swapMapValue(value: number): string {
  if (value === 0) return 'free';
  const count = value & ~(SWAP_HAS_CACHE | COUNT_CONTINUED);
  if (count === SWAP_MAP_BAD) return 'bad';
  const more = (value & COUNT_CONTINUED) === 0 ? '' : ' and more';
  const users = `${count}${more} user${count === 1 && more === '' ? '' : 's'}`;
  return (value & SWAP_HAS_CACHE) === 0 ? users : `${users} + cache`;
}

/** The tag bits of page->mapping. */
export function mappingValue(value: number): string {
  if (value === 0) return 'NULL';
  const tags = [
    ...(value & 1 ? ['ANON'] : []),
    ...(value & 2 ? ['KSM'] : []),
    ...(value & 4 ? ['LZFREE'] : []),
  ];
  return tags.length === 0 ? 'file' : tags.join('|');
}

/** What an LRU link says besides a page; undefined if it is a page. */
export function listLink(value: number): string | undefined {
  if (value === 0) return 'head';
  if (value === LIST_POISON1) return 'LIST_POISON1';
  return value === LIST_POISON2 ? 'LIST_POISON2' : undefined;
}

/** The list that `lru_on` means. */
export const lruName = (value: number): string =>
  value === 0 ? 'no list' : (LRU_LISTS[value - 1] ?? String(value));
