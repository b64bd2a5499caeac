/** include/linux/fs.h: where a mapping keeps its pages and its lock. */
import type { Ptr } from '../../machine/struct';
import { kernel } from '../../state/kernel';
import { FileKind, address_space, type AddressSpace } from './mm_types';
import { swap_address_space } from './swap';
import { swp_offset } from './swapops';

const Mapping = address_space.offset;

/** ->writepage could not write: the page, still locked, goes to the active list. */
export const AOP_WRITEPAGE_ACTIVATE = 0x80000;

/** What kind of file a mapping is of; never changes while the file exists. */
const kindOf = (mapping: AddressSpace): number => kernel.machine.constant(mapping + Mapping.kind);

/** Whether a mapping is shmem's: tmpfs, shared anonymous memory, shared /dev/zero. */
export const isShmem = (mapping: AddressSpace): boolean =>
  mapping !== swap_address_space() && kindOf(mapping) === FileKind.tmpfs;

/** include/linux/backing-dev.h mapping_cap_account_dirty: a file on a disk. */
export const mapping_cap_account_dirty = (mapping: AddressSpace): boolean =>
  mapping !== swap_address_space() && kindOf(mapping) === FileKind.file;

/** The pages that a mapping has room for: one more than its last index. */
export const pageTreeSize = (mapping: AddressSpace): number =>
  mapping === swap_address_space() ? kernel.config.swapSlots + 1 : kernel.config.filePages;

/**
 * The word of mapping->page_tree for an index (in the swap cache: an entry): a page, 0, or in shmem
 * an exceptional entry.
 */
export const page_slot = (mapping: AddressSpace, index: number): Ptr =>
  mapping === swap_address_space()
    ? kernel.swapper_space + swp_offset(index) * 4
    : kernel.pageTree(mapping, index);

/** The word of mapping->tree_lock. */
export const tree_lock = (mapping: AddressSpace): Ptr =>
  mapping === swap_address_space() ? kernel.swapTreeLock : mapping + Mapping.tree_lock;
