/**
 * include/linux/mm_types.h and the structures that mm/ keeps next to it: every object that two CPUs
 * can share, as words of the arena. Addresses of user memory (`vm_start`, `address`) are counted in
 * pages; system calls take bytes, as in Linux.
 */
import { struct, type Ptr } from '../../machine/struct';
import { PAGE_FLAGS } from './page-flags-layout';

/** `struct page *` */
export type Page = Ptr;
/** `struct mm_struct *` */
export type Mm = Ptr;
/** `struct vm_area_struct *` */
export type Vma = Ptr;
/** `struct anon_vma *` */
export type AnonVma = Ptr;
/** `struct address_space *` */
export type AddressSpace = Ptr;
/** `pte_t *` */
export type PtePtr = Ptr;
/** `pte_t`, a value. */
export type Pte = number;
/** A virtual page number inside one mm. */
export type Address = number;

/** Parts that a page's contents are modelled in, so that a write can change a part of a page only. */
export const PAGE_PARTS = 2;

/** Layout of struct page; every frame has one, 64-byte aligned, so its low address bits are free for tags. */
export const page = struct(
  'page',
  [
    ...PAGE_FLAGS,
    'mapping',
    'index',
    '_mapcount',
    '_count',
    'private',
    'lru_next',
    'lru_prev',
    /** Which {@link LRU_LISTS} list links the page (1 + index), 0 for none: the model's own check. */
    'lru_on',
    /** Compound pages: the head page (in every tail), and in the head its order. */
    'first_page',
    'order',
    /** Contents, one word a part: what matters is which write is seen. */
    'content0',
    'content1',
    /** While a device has a write of the page to do: where on the disk; else 0. */
    'bio',
    /** NUMA node of the frame; constant. */
    'node',
    /** 1 while the frame is in the allocator: the buddy's own knowledge. */
    'free',
    /** 1 while the frame must not be handed out: its pageblock is MIGRATE_ISOLATE. */
    'isolate',
  ],
  64,
);
export const Page = page.offset;

export const mm_struct = struct('mm_struct', [
  /** rwsem. */
  'mmap_sem',
  /** First vma in address order; vmas are linked by vm_next. */
  'mmap',
  'mm_users',
  /** 1 while it is its task's (task->mm), with mm_users under task_lock. */
  'task',
  'rss_file',
  'rss_anon',
  'rss_swapents',
  'hiwater_rss',
  'total_vm',
  /** 1 while on init_mm.mmlist (swapoff looks there). */
  'mmlist',
  /** 1 after exit_mmap. */
  'exited',
  'locked_vm',
  /** 1 if KSM scans this mm: its mm_slot exists, MMF_VM_MERGEABLE is set. */
  'ksm_slot',
  /** Next mm of ksm_mm_head. */
  'ksm_next',
  /** rmap_items on this mm_slot's rmap_list. */
  'ksm_rmap_items',
  /** Signals sent to the process: 1 << number. */
  'signals',
  /** tlb_flush_pending: mprotect-like change not yet flushed. */
  'tlb_flush_pending',
]);

export const vm_area_struct = struct('vma', [
  'vm_mm',
  /** Pages, end exclusive. 0 and 0: the slot is free. */
  'vm_start',
  'vm_end',
  'vm_next',
  'vm_flags',
  'vm_pgoff',
  'anon_vma',
  /** address_space of the mapped file, 0 for none. /dev/zero private: {@link VM_FILE_NO_OPS}. */
  'vm_file',
  /** 1 if the file's vm_operations has a fault handler. */
  'vm_ops',
  /** First anon_vma_chain of this vma, newest first; they are linked by same_vma. */
  'anon_vma_chain',
  /** Where the next walk of try_to_unmap_nonlinear begins in a nonlinear vma, in pages. */
  'vm_private_data',
  /** Next vma of the same file in i_mmap or i_mmap_nonlinear. */
  'shared_next',
]);

/** vm_file of a private mapping of /dev/zero: a file, whose mappings nobody ever looks for. */
export const VM_FILE_NO_OPS = 1;

export const anon_vma = struct('anon_vma', [
  'root',
  'rwsem',
  'refcount',
  /** First anon_vma_chain of the interval tree: by vm_pgoff of its vma, then by insertion. */
  'rb_root',
  /** 1 while allocated. A free object keeps its contents: the cache is SLAB_DESTROY_BY_RCU. */
  'used',
]);

export const anon_vma_chain = struct('anon_vma_chain', [
  /** 0: the slot is free. */
  'vma',
  'anon_vma',
  /** Next of the same vma. */
  'same_vma',
  /** Next in the interval tree of the same anon_vma. */
  'rb_next',
]);

export const address_space = struct('address_space', [
  /** {@link FileKind} of the file. 0: the slot is free. */
  'kind',
  /** Size of the file in pages. */
  'size',
  'i_mmap_mutex',
  'tree_lock',
  'nrpages',
  /** First vma of the interval tree of linear mappings: by vm_pgoff, then by insertion. */
  'i_mmap',
  /** First vma of the list of nonlinear mappings, newest last. */
  'i_mmap_nonlinear',
  /** i_mutex of the file's inode. */
  'i_mutex',
  /** 1 if i_nlink is 0: nothing but its users keeps the file. Fixed when the file is made. */
  'unlinked',
  /** f_count of an unlinked file: vmas that map it, and tasks that hold it. Of no other file. */
  'f_count',
]);

/** include/linux/swap.h struct swap_info_struct, and what mm/swap_state.c keeps for read-ahead. */
export const swap_info_struct = struct('swap_info', [
  /** SWP_USED, SWP_WRITEOK. */
  'flags',
  /** Where the search for a free slot begins, and the bounds within which free slots are. */
  'cluster_next',
  'lowest_bit',
  'highest_bit',
  'inuse_pages',
  /** The page that holds the high digits of counts, 0 for none. */
  'continuation_page',
  'readahead_hits',
  'prev_offset',
  'last_readahead_pages',
  /** -1 while swapoff is on and no slot's users have changed since it last looked here. */
  'unuse_quiet',
]);

/** What a file is; tells its page cache's behaviour. */
export const FileKind = { file: 1, tmpfs: 2, hugetlbfs: 3, pfn: 4 } as const;

/** enum lru_list, in its order. */
export const LRU_LISTS = [
  'inactive_anon',
  'active_anon',
  'inactive_file',
  'active_file',
  'unevictable',
] as const;

/** The one zone. Lists are linked through page.lru_next/lru_prev; 0 ends a list. */
export const zone = struct('zone', [
  'lru_lock',
  ...LRU_LISTS.map((l) => `${l}_first` as const),
  ...LRU_LISTS.map((l) => `${l}_last` as const),
  'scanned_anon',
  'scanned_file',
  'rotated_anon',
  'rotated_file',
  /** ZONE_WRITEBACK and ZONE_TAIL_LRU_DIRTY of zone->flags. */
  'reclaim_writeback',
  'reclaim_dirty',
]);
