/**
 * What a reviewer would ask about the series, and where. A question is only put if the model shows what it is
 * about on the variant that the mail makes, and does not show it on the variant to hold it against. What the
 * model cannot run rests on reading, says so, and is put where the mail has the line.
 */
import type { HunkId } from '../../model/features/hunk-id';
import type { VariantName } from '../../model/features/variant';

/** A question and the line of the mail on which what it is about stands. */
export interface Question {
  /** The hunk that it concerns. */
  readonly hunk: HunkId;
  /** Text of the line that it concerns, blanks counting as one; the hunk's last line if it has none such. */
  readonly line: string;
  /** The question, a paragraph each. */
  readonly question: readonly string[];
}

/** A question that rests on executions of the model. */
export interface Remark extends Question {
  /** The scenario of the suite that shows it. */
  readonly scenario: string;
  /** What an outcome that shows it satisfies, in the language of expectations. */
  readonly shows: string;
  /** Where it must not show: with it the mail would be blamed for what was there before. */
  readonly absentOn: VariantName;
  /** What the steps end in. */
  readonly end: string;
}

/** A question that rests on the text of the kernel alone, as nothing of it is in the model. */
export interface ReadRemark extends Question {
  /** The heading of docs/findings.md under which it stands. */
  readonly finding: string;
  /** Files of the kernel that would have to change: with one of them in the mail it is not asked. */
  readonly mendedIn: readonly string[];
}

/** In no order but that of two on one line; a reply has them in the order of the mail. */
export const REMARKS: readonly Remark[] = [
  {
    scenario: 'free-without-config-swap',
    shows: 'killed && fault("tagged pointer")',
    absentOn: 'base',
    hunk: 'p3/include/asm-generic/tlb/tlb_madvfree_page',
    line: 'MarkLazyFree(page)))',
    question: [
      'Who takes the mark off without CONFIG_SWAP? mm/swap_state.c is not built then, and ' +
        'free_pages_and_swap_cache() is a macro for release_pages(), which takes the pointers ' +
        'as they are: it works one byte beside the struct page.',
    ],
    end:
      'The model ends the task at the first use of the marked pointer; x86 would go on with ' +
      'a spoilt struct page.',
  },
  {
    scenario: 'invalidation-frees-private-copies',
    shows: 'end != 5',
    absentOn: 'base',
    hunk: 'p3/include/linux/mm/zap_details',
    line: 'int lazy_free;',
    question: [
      'Who sets this for unmap_mapping_range()? It has a struct zap_details on its stack ' +
        'without an initialiser, and assigns the other four members one by one, so ' +
        'unmap_page_range() and zap_pte_range() read what happened to lie there. Where that ' +
        "is not 0, invalidate_inode_pages2() makes private copies of the file's pages clean " +
        'and has them tagged, though check_mapping is set to leave them alone, and reclaim ' +
        'discards them; truncation leaves such copies mapped. Nobody needs to call madvise() ' +
        'for that. Would an initialiser there do?',
    ],
    end: "The program wrote 5 to its private mapping, and reads the file's 0 there.",
  },
  {
    scenario: 'migrate-rewritten-page',
    shows: 'status != 1',
    absentOn: 'base',
    hunk: 'p3/include/linux/rmap/TTU_LAZYFREE',
    line: 'TTU_LAZYFREE = 3,',
    question: [
      'Is this meant as an action of its own, or as a bit? As TTU_MIGRATION is 1, the test ' +
        '"flags & TTU_LAZYFREE" in try_to_unmap_one() is true for a migration as well. A page ' +
        'that was written again after the madvise() then makes try_to_unmap() fail in ' +
        '__unmap_and_move(), and nothing on that path takes the tag away, so compaction, ' +
        'memory offlining and move_pages() cannot move the page until reclaim meets it, or ' +
        "do_wp_page() makes it the process's own. A test of (flags & TTU_ACTION_MASK) == " +
        'TTU_LAZYFREE alone would not do, would it? remove_migration_ptes() finds its ptes ' +
        'through page_anon_vma(), which is NULL for a tagged page, and the migration entries ' +
        'would stay.',
    ],
    end: 'The page is still on its old node, whoever tries to move it.',
  },
  {
    scenario: 'exec-stack-is-not-reclaimed',
    shows: 'vmstat.pswpout == 0',
    absentOn: 'base',
    hunk: 'p3/include/linux/rmap/TTU_LAZYFREE',
    line: 'TTU_LAZYFREE = 3,',
    question: [
      'Is try_to_unmap() meant to take reclaim for a migration? Its test "flags & ' +
        'TTU_MIGRATION", by which a migration passes over the stack that exec is setting up, ' +
        'is true of TTU_LAZYFREE as well, which shrink_inactive_list() passes. So a page of ' +
        'that stack gets its swap slot, is not unmapped, and goes back on the list, until ' +
        'exec is done.',
    ],
    end: 'Nothing was written to swap; without the series the page is.',
  },
  {
    scenario: 'nonlinear-mapping-is-zapped',
    shows: 'result == 0 && pte(P0, f[1]).none',
    absentOn: 'base',
    hunk: 'p3/mm/madvise/madvise_dontneed.2',
    line: '} else if (behavior == MADV_FREE) {',
    question: [
      'Should this come before the test of VM_NONLINEAR? A nonlinear mapping of a file ' +
        'takes the branch above, whatever the behavior, and never comes to the test of ' +
        'vm_file: it is zapped as by MADV_DONTNEED, where every other mapping of a file gets ' +
        '-EINVAL. No data is lost, as such mappings are shared.',
    ],
    end: 'The madvise() answers 0, and the pte is gone.',
  },
  {
    scenario: 'numa-scan-loses-store',
    shows: 'end == 0',
    absentOn: 'base',
    hunk: 'p3/mm/memory/zap_pte_range',
    line: 'ptent = pte_mkclean(ptent);',
    question: [
      'From here on the dirty bit of the pte is all that tells of a later store. Does everybody keep ' +
        'it? ptep_set_numa(), on x86, reads the pte and stores it back with set_pte_at(), so a bit ' +
        'that a CPU sets in between is lost; clear_soft_dirty() does the same. Until now that did ' +
        'not matter for anonymous memory: there was no clean, writable pte whose page could be ' +
        'dropped.',
    ],
    end: 'The program wrote 2 after the madvise() had returned, and reads 0.',
  },
  {
    scenario: 'swap-in-of-freed-page',
    shows: 'killed && fault("NULL pointer dereference")',
    absentOn: 'base',
    hunk: 'p3/mm/rmap/is_anon_vma',
    line: 'static inline bool is_anon_vma(unsigned long mapping)',
    question: [
      'Does page_anon_vma() in include/linux/rmap.h need this too? It still asks for exactly ' +
        'PAGE_MAPPING_ANON and gives NULL for a tagged page. With CONFIG_DEBUG_VM, ' +
        '__page_check_anon_rmap() dereferences that when a second process swaps the page in while it ' +
        'is in the swap cache.',
    ],
    end: 'The second process dies in __page_check_anon_rmap(): NULL pointer dereference.',
  },
  {
    scenario: 'early-kill-of-rewritten-page',
    shows: 'end == SIGKILL',
    absentOn: 'base',
    hunk: 'p3/mm/rmap/is_anon_vma',
    line: 'static inline bool is_anon_vma(unsigned long mapping)',
    question: [
      'What does a memory failure see of a tagged page? page_address_in_vma() asks ' +
        'page_anon_vma(), gets NULL, and add_to_kill() takes the address for unknown. So with ' +
        'early kill, and a page that was written again after the madvise(), kill_procs() ' +
        'sends SIGKILL where SIGBUS is due, and no handler can act.',
    ],
    end: 'The process gets SIGKILL; without the series it gets SIGBUS.',
  },
  {
    scenario: 'migration-discards-page-of-two',
    shows: 'child == 0',
    absentOn: 'base',
    hunk: 'p3/mm/rmap/try_to_unmap_one',
    line: '} else if ((flags & TTU_LAZYFREE) && PageLazyFree(page)) {',
    question: [
      'Should a migration come here? As TTU_MIGRATION is a bit of TTU_LAZYFREE, it does: a ' +
        'page that was not written again is then discarded instead of moved, although memory ' +
        'is not short. A migration passes TTU_IGNORE_ACCESS and TTU_IGNORE_MLOCK as well, so ' +
        'it takes pages that reclaim would leave alone: what a child shares by a clean pte ' +
        'and goes on reading, or what was locked by mlock() since.',
    ],
    end: 'The child freed nothing, and read 1; once its page was taken offline, it reads 0.',
  },
  {
    scenario: 'device-write-is-lost',
    shows: 'end == 0',
    absentOn: 'base',
    hunk: 'p3/mm/rmap/try_to_unmap_one',
    line: 'if (unlikely(pte_dirty(pteval))) {',
    question: [
      'Is the pte enough to look at? When a device writes to a page that get_user_pages() pinned, ' +
        'the dirty bit of the pte stays as it was; set_page_dirty_lock() sets PG_dirty instead. ' +
        'Nobody asks for PageDirty() here or in the new block of shrink_page_list(), so what a ' +
        'read(2) with O_DIRECT put there after the madvise() would be dropped. Should a page with ' +
        'PG_dirty set be kept?',
    ],
    end: 'The device wrote 2, and the program reads 0.',
  },
  {
    scenario: 'pinned-page-is-unmapped',
    shows: 'held == 0 && end == 0',
    absentOn: 'base',
    hunk: 'p3/mm/rmap/try_to_unmap_one',
    line: 'dec_mm_counter(mm, MM_ANONPAGES);',
    question: [
      'What brings the page back if it is not freed after all? The pte is empty from here ' +
        'on, and only then does page_freeze_refs() in shrink_page_list() find that somebody ' +
        'holds the page, as after get_user_pages(). The page stays, but nobody maps it any ' +
        'more: the process gets a page of zeroes at its next access, and a device that holds ' +
        'the old one goes on to write there. Until now a pinned page stayed in the swap ' +
        'cache, where the next fault found it. A migration that fails because of the pin ' +
        'leaves the pte empty, too.',
    ],
    end:
      'The program reads 0 while the device holds the page, and does not get the 2 that the ' +
      'device writes.',
  },
  {
    scenario: 'pin-during-the-call',
    shows: 'killed && fault("page_swap_info")',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'try_to_free_swap(page))',
    question: [
      'Can somebody be in set_page_dirty() for this page? zap_pte_range() has left its pte ' +
        'clean and writable. Where the page was written again while it was under write-back ' +
        'to swap, it is in the swap cache without PG_dirty, and get_user_pages() for writing, ' +
        'with mmap_sem held for reading as here, calls set_page_dirty() for it without the ' +
        'page lock. If the page leaves the swap cache between page_mapping() and ' +
        'page_swap_info() there, the latter is a BUG.',
    ],
    end: 'The thread that pins dies in page_swap_info(), with the page-table lock held.',
  },
  {
    scenario: 'freed-page-locked-by-reclaim-turns-back',
    shows: 'end == 2',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'if (!trylock_page(page))',
    question: [
      'What if reclaim holds the lock? The page gets no tag then, but its pte is clean already. Where ' +
        'the page is in the swap cache and was written since it was written out, that bit was all ' +
        'that told so: reclaim takes the page for clean and drops it.',
    ],
    end: 'The program wrote 3 and reads 2, which its slot has from an earlier write-back.',
  },
  {
    scenario: 'freed-under-writeback-turns-back',
    shows: 'seen == 2 && end == 1',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'try_to_free_swap(page))',
    question: [
      'What if this refuses, because the page is under write-back? Where the page was written again ' +
        'since then, reuse_swap_page() has left it in the swap cache without PG_dirty, so ' +
        'that the dirty bit of the pte alone told that the page is newer than its swap slot, and ' +
        'zap_pte_range() has cleared it. If the program only reads the page, reclaim finds the pte ' +
        'young and takes the tag off; the next time it takes the page for a clean one of the swap ' +
        'cache, and frees it without writing it. The program then gets from swap what the page ' +
        'held before it was written last: neither that nor zeroes. Should the pte stay dirty ' +
        'unless the page has left the swap cache?',
    ],
    end: 'The program wrote 1, then 2, and read 2 after the madvise(); now it reads 1.',
  },
  {
    scenario: 'fork-clean-child-loses-data',
    shows: 'child == 0',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'if (!PageLazyFree(page)) {',
    question: [
      'Can another process still need the page here? After it was read back from swap and ' +
        'fork(), the ptes of parent and child are both clean, so no pte tells that the page ' +
        'has contents. If now the parent alone calls madvise(), the page is tagged for both, ' +
        "and as try_to_unmap_one() looks at ptes only, reclaim takes the child's pte and " +
        'frees the page. Where it was in the swap cache, the slot with the other copy is ' +
        'given back above, if nobody else needs it. PG_dirty could tell of that, as ' +
        'try_to_free_swap() sets it, but ClearPageDirty() takes it away, and nobody asks for ' +
        'it. It does not take swap: after a migration the ptes are clean as well.',
    ],
    end: 'The page held 1 at the fork; the child freed nothing, and reads 0.',
  },
  {
    scenario: 'freed-page-outlives-its-process',
    shows: 'child == 0',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'SetPageLazyFree(page);',
    question: [
      'What takes the tag away if somebody else still has a swap entry for the page? ' +
        'try_to_free_swap() refuses it then, but it is tagged all the same. Once this process ' +
        'has exited or unmapped it, a fault of the other one maps it as its only user, and ' +
        '__page_set_anon_rmap() returns at once, as PageAnon() is true. So a page of a ' +
        'process that never called madvise() keeps the tag, and as long as that process only ' +
        'reads, a migration, or reclaim when the pte is old, discards it.',
    ],
    end: 'The child inherited 1 and read it; after the migration it reads 0.',
  },
  {
    scenario: 'fixup-swap-slot',
    shows: 'free_swap == 3',
    absentOn: 'original',
    hunk: 'fixup/mm/swap_state/free_pages_and_swap_cache',
    line: 'move_lazyfree(pagep[i]);',
    question: [
      'Is it intended that nothing more is done here if move_lazyfree() refuses the page? ' +
        'If the thread that took the last mapping of a KSM page away comes to ' +
        'free_swap_cache() while move_lazyfree() holds the page lock, neither of the two ' +
        'gives the swap slot back; before this fix the free_swap_cache() behind it did. Slot ' +
        'and page stay in use until reclaim, swapoff or, where swap is more than half used, ' +
        'an allocation of a slot comes to them; ksmd may map the page again before that. A ' +
        "program's data and what its calls on memory answer stay the same; free swap, which " +
        'sysinfo(2) tells, and pgfree show it.',
    ],
    end: 'One swap slot and one page stay in use after the last mapping is gone.',
  },
];

/** In the order of the mail. */
export const READ_REMARKS: readonly ReadRemark[] = [
  {
    hunk: 'p3/include/uapi/asm-generic/mman-common/MADV_FREE',
    line: '#define MADV_FREE 5',
    question: [
      'Do alpha, mips, parisc and xtensa build with this? They have lists of their own in ' +
        'arch/*/include/uapi/asm/mman.h, which do not include this file, so mm/madvise.c ' +
        'finds MADV_FREE undefined there. On alpha and parisc 5 is MADV_SPACEAVAIL already.',
    ],
    finding: 'Four architectures do not build',
    mendedIn: ['alpha', 'mips', 'parisc', 'xtensa'].map(
      (arch) => `arch/${arch}/include/uapi/asm/mman.h`,
    ),
  },
];
