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
    /** NUMA node of the frame; constant. */
    'node',
    /** 1 while the frame is in the allocator: the buddy's own knowledge. */
    'free',
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
  /** 1 if KSM scans this mm (mm_slot exists). */
  'ksm_slot',
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
]);

export const anon_vma = struct('anon_vma', [
  'root',
  'rwsem',
  'refcount',
  'rb_root',
  'degree',
  'used',
]);

export const anon_vma_chain = struct('anon_vma_chain', [
  'vma',
  'anon_vma',
  /** Order of insertion, for equal keys of the interval tree. 0: the slot is free. */
  'order',
]);

export const address_space = struct('address_space', [
  /** {@link FileKind} of the file. 0: the slot is free. */
  'kind',
  /** Size of the file in pages. */
  'size',
  'i_mmap_mutex',
  'tree_lock',
  'nrpages',
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
]);
