/**
 * include/linux/swapops.h, include/linux/swap.h: what a non-present pte can say. An entry is a
 * number, type << 24 | offset; 0 is none. Types from MAX_SWAPFILES on are no swap at all but
 * migration and hwpoison entries, whose offset is a page frame number.
 */
import { load, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { BUG_ON } from './bug';
import { Page } from './mm_types';

/** `swp_entry_t`, a value. */
export type SwpEntry = number;

const TYPE_SHIFT = 24;
const OFFSET_MASK = (1 << TYPE_SHIFT) - 1;
/** 1 << MAX_SWAPFILES_SHIFT. */
const TYPES = 32;
const RADIX_TREE_EXCEPTIONAL_ENTRY = 2;
const RADIX_TREE_EXCEPTIONAL_SHIFT = 2;

export const swp_entry = (type: number, offset: number): SwpEntry =>
  (type << TYPE_SHIFT) | (offset & OFFSET_MASK);
export const swp_type = (entry: SwpEntry): number => entry >>> TYPE_SHIFT;
export const swp_offset = (entry: SwpEntry): number => entry & OFFSET_MASK;

/** 32 types less one for hwpoison and two for migration, as far as these are configured. */
export function MAX_SWAPFILES(): number {
  const { CONFIG_MIGRATION, CONFIG_MEMORY_FAILURE } = kernel.config;
  return TYPES - (CONFIG_MIGRATION ? 2 : 0) - (CONFIG_MEMORY_FAILURE ? 1 : 0);
}
export const SWP_HWPOISON = MAX_SWAPFILES;
export const SWP_MIGRATION_READ = (): number => TYPES - 2;
export const SWP_MIGRATION_WRITE = (): number => TYPES - 1;

/** include/linux/swapops.h non_swap_entry. */
export const non_swap_entry = (entry: SwpEntry): boolean => swp_type(entry) >= MAX_SWAPFILES();

/** include/linux/swapops.h is_migration_entry: constant false without CONFIG_MIGRATION. */
export const is_migration_entry = (entry: SwpEntry): boolean =>
  kernel.config.CONFIG_MIGRATION && swp_type(entry) >= SWP_MIGRATION_READ();

/** include/linux/swapops.h is_write_migration_entry. */
export const is_write_migration_entry = (entry: SwpEntry): boolean =>
  kernel.config.CONFIG_MIGRATION && swp_type(entry) === SWP_MIGRATION_WRITE();

/** include/linux/swapops.h is_hwpoison_entry: constant false without CONFIG_MEMORY_FAILURE. */
export const is_hwpoison_entry = (entry: SwpEntry): boolean =>
  kernel.config.CONFIG_MEMORY_FAILURE && swp_type(entry) === SWP_HWPOISON();

/** include/linux/swapops.h make_migration_entry: the page must be locked; 0 without CONFIG_MIGRATION. */
export function* make_migration_entry(page: Page, write: boolean): Steps<SwpEntry> {
  if (!kernel.config.CONFIG_MIGRATION) return 0;
  yield* bugUnlessLocked(page, 'make_migration_entry');
  return swp_entry(write ? SWP_MIGRATION_WRITE() : SWP_MIGRATION_READ(), kernel.pfn(page));
}

/** include/linux/swapops.h make_migration_entry_read: the same entry in the read flavour. */
export const make_migration_entry_read = (entry: SwpEntry): SwpEntry =>
  swp_entry(SWP_MIGRATION_READ(), swp_offset(entry));

/** include/linux/swapops.h migration_entry_to_page: BUG if nobody holds that page's lock. */
export function* migration_entry_to_page(_cpu: Cpu, entry: SwpEntry): Steps<Page> {
  const page = kernel.pageAt(swp_offset(entry));
  yield* bugUnlessLocked(page, 'migration_entry_to_page');
  return page;
}

/** include/linux/swapops.h make_hwpoison_entry: the page must be locked; 0 without CONFIG_MEMORY_FAILURE. */
export function* make_hwpoison_entry(page: Page): Steps<SwpEntry> {
  if (!kernel.config.CONFIG_MEMORY_FAILURE) return 0;
  yield* bugUnlessLocked(page, 'make_hwpoison_entry');
  return swp_entry(SWP_HWPOISON(), kernel.pfn(page));
}

function* bugUnlessLocked(page: Page, name: string): Steps {
  const locked = yield load(page + Page.PG_locked);
  BUG_ON(locked === 0, `include/linux/swapops.h ${name}`, '!PageLocked(page)');
}

/** include/linux/swapops.h swp_to_radix_entry: how shmem keeps a swap entry in its page tree. */
export const swp_to_radix_entry = (entry: SwpEntry): number =>
  (entry << RADIX_TREE_EXCEPTIONAL_SHIFT) | RADIX_TREE_EXCEPTIONAL_ENTRY;

/** include/linux/swapops.h radix_to_swp_entry. */
export const radix_to_swp_entry = (item: number): SwpEntry => item >>> RADIX_TREE_EXCEPTIONAL_SHIFT;

/** include/linux/radix-tree.h radix_tree_exceptional_entry: the item is no page. */
export const radix_tree_exceptional_entry = (item: number): boolean =>
  (item & RADIX_TREE_EXCEPTIONAL_ENTRY) !== 0;
