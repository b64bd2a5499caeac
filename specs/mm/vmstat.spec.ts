import { Page } from '../../model/include/linux/mm_types';
import { SetPageLazyFree } from '../../model/include/linux/mm';
import { alloc_page } from '../../model/mm/page_alloc';
import { pageout } from '../../model/mm/vmscan';
import { khugepagedCollapse } from '../../model/mm/huge_memory';
import { lru_add_drain } from '../../model/mm/swap';
import { page_mapping } from '../../model/mm/util';
import { vmstat_text, vmstatItems, vmstatName, VMSTAT_NAMES } from '../../model/mm/vmstat';
import { kernel } from '../../model/state/kernel';
import type { Ptr } from '../../model/machine/struct';
import { boot, type Programs } from './support/boot';
import { Bench } from './support/lru';
import { ALL_VARIANTS } from './support/variants';

// Rests on mm/vmstat.c, and on what an administrator reads in /proc/vmstat of a 3.14 kernel.

/** What stands in /proc/vmstat of Linux 3.14 on x86-64, in its order (events of each zone once). */
const PROC_VMSTAT = `
  nr_free_pages nr_alloc_batch nr_inactive_anon nr_active_anon nr_inactive_file nr_active_file
  nr_unevictable nr_mlock nr_anon_pages nr_mapped nr_file_pages nr_dirty nr_writeback
  nr_slab_reclaimable nr_slab_unreclaimable nr_page_table_pages nr_kernel_stack nr_unstable nr_bounce
  nr_vmscan_write nr_vmscan_immediate_reclaim nr_writeback_temp nr_isolated_anon nr_isolated_file
  nr_shmem nr_dirtied nr_written numa_hit numa_miss numa_foreign numa_interleave numa_local numa_other
  nr_anon_transparent_hugepages nr_free_cma nr_dirty_threshold nr_dirty_background_threshold
  pgpgin pgpgout pswpin pswpout pgalloc pgfree pgactivate pgdeactivate pgfault pgmajfault pgrefill
  pgsteal_kswapd pgsteal_direct pgscan_kswapd pgscan_direct pgscan_direct_throttle zone_reclaim_failed
  pginodesteal slabs_scanned kswapd_inodesteal kswapd_low_wmark_hit_quickly
  kswapd_high_wmark_hit_quickly pageoutrun allocstall pgrotated numa_pte_updates
  numa_huge_pte_updates numa_hint_faults numa_hint_faults_local numa_pages_migrated pgmigrate_success
  pgmigrate_fail compact_migrate_scanned compact_free_scanned compact_isolated compact_stall
  compact_fail compact_success htlb_buddy_alloc_success htlb_buddy_alloc_fail unevictable_pgs_culled
  unevictable_pgs_scanned unevictable_pgs_rescued unevictable_pgs_mlocked unevictable_pgs_munlocked
  unevictable_pgs_cleared unevictable_pgs_stranded thp_fault_alloc thp_fault_fallback
  thp_collapse_alloc thp_collapse_alloc_failed thp_split thp_zero_page_alloc
  thp_zero_page_alloc_failed`
  .trim()
  .split(/\s+/);

describe('/proc/vmstat', () => {
  it('has the lines that the model counts under their names, in the order of Linux', () => {
    boot();
    const places = vmstat_text().map((name) => PROC_VMSTAT.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  // mm/page_alloc.c free_hot_cold_page counts PGFREE, and NR_FREE_PAGES only when a batch goes to the zone.
  it('does not have the free pages of the model, which counts per-CPU lists with them', () => {
    expect(VMSTAT_NAMES).not.toContain('nr_free_pages');
  });

  it.each([
    ['CONFIG_MIGRATION', /^pgmigrate_/],
    ['CONFIG_TRANSPARENT_HUGEPAGE', /^thp_/],
  ] as const)('has some lines with %s only', (option, lines) => {
    boot();
    const all = vmstat_text();
    boot({ [option]: false });
    expect(vmstat_text()).toEqual(all.filter((name) => !lines.test(name)));
    expect(vmstatItems().map(vmstatName)).toEqual(vmstat_text());
  });

  it('has two lines more with 4/6, each where the mail puts it', () => {
    boot();
    const before = vmstat_text();
    boot({}, 'original');
    const after = vmstat_text();
    expect(after.filter((name) => !before.includes(name))).toEqual([
      'nr_lazyfree_pages',
      'pglazyfree',
    ]);
    expect(after[after.indexOf('nr_lazyfree_pages') - 1]).toBe('nr_mlock');
    expect(after[after.indexOf('pglazyfree') - 1]).toBe('pgmajfault');
  });
});

describe('__inc_zone_page_state', () => {
  // arch/x86/include/asm/percpu.h __this_cpu_add_return: one xadd, preemptible callers or not.
  it('loses nothing that another task of the same CPU counts meanwhile', () => {
    const bench = new Bench({}, ALL_VARIANTS.original);
    const tag = (page: Ptr): number => {
      bench.set(page + Page.mapping, 1);
      bench.set(page + Page.PG_locked, -1);
      return bench.kernel.machine.spawn(SetPageLazyFree(bench.cpu(), page));
    };
    const tasks = [1, 2].map(() => tag(bench.run(alloc_page(bench.cpu()))));
    const { machine } = bench.kernel;
    while (tasks.some((task) => !machine.finished(task))) {
      for (const task of tasks) if (!machine.finished(task)) machine.step(task, 0);
    }
    expect(bench.word(kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'))).toBe(2);
  });
});

describe('counters of reclaim and write-back', () => {
  /** A page of process 0 that reclaim has: locked, dirty, in the swap cache; a swap pte uses the slot. */
  function cached(inUse: boolean): { bench: Programs; page: Ptr } {
    const bench = boot({ frames: 32, swapSlots: 4 });
    bench.map(1, 1);
    bench.write(1, 7);
    const page = bench.pageAt(1);
    bench.swapOut(1);
    bench.set(page + Page._count, 2);
    bench.set(page + Page.PG_locked, -1);
    // Whoever unmaps cannot have the lock, and leaves the page in the swap cache.
    if (!inUse) bench.munmap(1, 1);
    return { bench, page };
  }

  // mm/vmscan.c pageout, mm/page_io.c swap_writepage: success also where try_to_free_swap made it one.
  it.each([
    ['a page that is written', true, 1],
    ['a page that turns out to need no slot', false, 0],
  ])('nr_vmscan_write counts %s', (_title, inUse, written) => {
    const { bench, page } = cached(inUse);
    const mapping = bench.run(page_mapping(page));
    expect(bench.run(pageout(bench.cpu(), page, mapping))).toBe('PAGE_SUCCESS');
    expect([bench.stat('NR_VMSCAN_WRITE'), bench.event('PSWPOUT')]).toEqual([1, written]);
  });
});

describe('counters of huge pages', () => {
  const AT = 4;

  /** An advised range, and fewer frames than a huge page has. */
  function cramped(): Programs {
    const bench = boot({ frames: 4 });
    bench.map(AT, kernel.config.hugePages);
    bench.advise(AT, kernel.config.hugePages, 'HUGEPAGE');
    return bench;
  }

  // mm/huge_memory.c get_huge_zero_page, do_huge_pmd_anonymous_page.
  it('tell that the huge zero page was not to be had', () => {
    const bench = cramped();
    expect([bench.read(AT), bench.rss().anon]).toEqual([0, 0]);
    expect(bench.event('THP_ZERO_PAGE_ALLOC_FAILED')).toBe(1);
    expect(bench.event('THP_FAULT_FALLBACK')).toBe(1);
  });

  // mm/huge_memory.c khugepaged_alloc_page.
  it('tell that khugepaged found no page to collapse into', () => {
    const bench = cramped();
    bench.write(AT, 7);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.run(khugepagedCollapse(bench.cpu(), bench.mm(), AT))).toBe(false);
    expect(bench.event('THP_COLLAPSE_ALLOC_FAILED')).toBe(1);
  });
});
