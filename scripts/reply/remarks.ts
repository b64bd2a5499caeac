/**
 * What a reviewer would ask about the series, and where. A question is only put if the model shows what it is
 * about on the variant that the mail makes, and does not show it on the variant to hold it against.
 */
import type { HunkId } from '../../model/features/hunk-id';
import type { VariantName } from '../../model/features/variant';

export interface Remark {
  /** The scenario of the suite that shows it. */
  readonly scenario: string;
  /** What an outcome that shows it satisfies, in the language of expectations. */
  readonly shows: string;
  /** Where it must not show: with it the mail would be blamed for what was there before. */
  readonly absentOn: VariantName;
  /** The hunk that it concerns. */
  readonly hunk: HunkId;
  /** Text of the line that it concerns, blanks counting as one; the hunk's last line if it has none such. */
  readonly line: string;
  /** The question, a paragraph each. */
  readonly question: readonly string[];
  /** What the steps end in. */
  readonly end: string;
}

/** In no order; a reply has them in the order of the mail. */
export const REMARKS: readonly Remark[] = [
  {
    scenario: 'fork-clean-child-loses-data',
    shows: 'child == 0',
    absentOn: 'base',
    hunk: 'p3/mm/swap_state/move_lazyfree',
    line: 'ClearPageDirty(page);',
    question: [
      'Can another process still need the page here? After it was read back from swap and fork(), ' +
        'the ptes of parent and child are both clean, and the swap slot holds the only other copy. If' +
        ' now the parent alone calls madvise(), try_to_free_swap() gives the slot back, and ' +
        'ClearPageDirty() takes away what says that the page is the only copy left. ' +
        'shrink_page_list() then finds no dirty pte and frees it.',
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
        'try_to_free_swap() refuses it then, but it is tagged all the same. Once this process has ' +
        'exited or unmapped it, a fault of the other one maps it as its only user, and ' +
        '__page_set_anon_rmap() returns at once, as PageAnon() is true. So a page of a process that ' +
        'never called madvise() keeps the tag, and a migration, or reclaim when the pte is old, ' +
        'discards it.',
    ],
    end: 'The child inherited 1 and read it; after the migration it reads 0.',
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
    scenario: 'migrate-rewritten-page',
    shows: 'status != 1',
    absentOn: 'base',
    hunk: 'p3/include/linux/rmap/TTU_LAZYFREE',
    line: 'TTU_LAZYFREE = 3,',
    question: [
      'Is this meant as an action of its own, or as a bit? As TTU_MIGRATION is 1, the test "flags &' +
        ' TTU_LAZYFREE" in try_to_unmap_one() is true for a migration as well. A page that was ' +
        'written again after the madvise() then makes try_to_unmap() fail in __unmap_and_move(), and ' +
        'nothing on that path takes the tag away, so compaction, memory offlining and move_pages() ' +
        'cannot move the page until reclaim has met it. A test of (flags & TTU_ACTION_MASK) == ' +
        'TTU_LAZYFREE alone would not do, would it? remove_migration_ptes() finds its ptes through ' +
        'page_anon_vma(), which is NULL for a tagged page, and the migration entries would stay.',
    ],
    end: 'The page is still on its old node, whoever tries to move it.',
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
    scenario: 'fixup-swap-slot',
    shows: 'free_swap == 3',
    absentOn: 'original',
    hunk: 'fixup/mm/swap_state/free_pages_and_swap_cache',
    line: 'move_lazyfree(pagep[i]);',
    question: [
      'Is it intended that nothing more is done here if move_lazyfree() refuses the page? The swap ' +
        'slot of a KSM page in the swap cache now stays in use, with the page, until reclaim finds ' +
        'it, if the last mapping goes away while move_lazyfree() holds the page lock. Before this fix' +
        ' the free_swap_cache() behind it gave the slot back. No program can see it; free swap and ' +
        'free memory show it.',
    ],
    end: 'One swap slot and one page stay in use after the last mapping is gone.',
  },
];
