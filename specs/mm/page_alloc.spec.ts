import { Page } from '../../model/include/linux/mm_types';
import {
  alloc_page,
  alloc_pages_exact_node,
  allocPagesHuge,
  free_hot_cold_page,
  free_hot_cold_page_list,
} from '../../model/mm/page_alloc';
import { Bench } from './support/lru';

// Rests on mm/page_alloc.c prep_new_page, free_hot_cold_page, free_pages_prepare, free_pages_check.

const TAGGING = [
  'p3/include/linux/mm/PAGE_MAPPING_LZFREE',
  'p3/include/linux/mm/SetPageLazyFree',
] as const;

const freed = (bench: Bench, page: number): boolean => bench.word(page + Page.free) === 1;

/** Frees a page the way put_page does: its last reference is gone. */
function free(bench: Bench, page: number): ReturnType<Bench['faultsOf']> {
  bench.set(page + Page._count, 0);
  return bench.faultsOf(free_hot_cold_page(bench.cpu(), page));
}

describe('alloc_page', () => {
  it('hands out a page with one reference, no mapping and no flags', () => {
    const bench = new Bench();
    const page = bench.run(alloc_page(bench.cpu()));
    expect(bench.count(page)).toBe(1);
    expect(bench.word(page + Page._mapcount)).toBe(-1);
    expect(bench.word(page + Page.mapping)).toBe(0);
    expect(bench.has(page, 'PG_locked')).toBe(false);
    expect(bench.stat('NR_FREE_PAGES')).toBe(bench.kernel.config.frames - 2);
    expect(bench.event('PGALLOC')).toBe(1);
  });

  it('never hands out the zero page, and returns 0 when nothing is left', () => {
    const bench = new Bench({ frames: 4 });
    const pages = Array.from({ length: 4 }, () => bench.run(alloc_page(bench.cpu())));
    expect(pages).not.toContain(bench.kernel.zeroPage);
    expect(new Set(pages).size).toBe(4);
    expect(pages[3]).toBe(0);
  });

  it('takes from another CPU when its own list is empty', () => {
    const bench = new Bench({ frames: 4, cpus: 2 });
    const own = bench.run(alloc_page(bench.cpu(0)));
    const others = bench.run(alloc_page(bench.cpu(0)));
    expect(bench.kernel.pfn(own)).toBe(1);
    expect(bench.kernel.pfn(others)).toBe(2);
  });

  it('lets two CPUs allocate without touching the same word but counters', () => {
    const bench = new Bench({ cpus: 2 });
    const touched = [0, 1].map((id) => {
      const { machine } = bench.kernel;
      const task = machine.spawn(alloc_page(bench.cpu(id)));
      machine.step(task, 0);
      const accesses = [...machine.accesses.slice(0, machine.accessCount)];
      return new Set(accesses.filter((access) => access % 16 !== 2).map((a) => a >> 4));
    });
    expect([...touched[0]!].filter((cell) => touched[1]!.has(cell))).toEqual([]);
  });

  it('has a choice to fail where the configuration allows it', () => {
    const bench = new Bench({ allocationsFail: true });
    const failing = bench.kernel.machine.runAlone(alloc_page(bench.cpu()), () => 1);
    expect(failing).toBe(0);
    expect(bench.kernel.machine.runAlone(alloc_page(bench.cpu()), () => 0)).not.toBe(0);
  });

  it('passes over a frame that is bad, reports it and loses it', () => {
    const bench = new Bench();
    const bad = bench.kernel.pageAt(1);
    bench.flags(bad, 'PG_dirty');
    const page = bench.run(alloc_page(bench.cpu()));
    expect(bench.kernel.pfn(page)).toBe(2);
    expect(bench.kernel.machine.faults).toEqual([
      {
        kind: 'bad page',
        where: 'mm/page_alloc.c check_new_page',
        what: 'PAGE_FLAGS_CHECK_AT_PREP flag set: dirty',
      },
    ]);
    expect(freed(bench, bad)).toBe(false);
  });

  it('finds a page of a node on whatever list it is', () => {
    const bench = new Bench({ nodes: 2 });
    const page = bench.run(alloc_pages_exact_node(bench.cpu(), 1));
    expect(bench.word(page + Page.node)).toBe(1);
    expect(bench.kernel.pfn(page)).toBe(8);
  });
});

describe('free_hot_cold_page', () => {
  it('gives the frame to the freeing CPU, which uses it next', () => {
    const bench = new Bench({ cpus: 2 });
    const page = bench.run(alloc_page(bench.cpu(0)));
    bench.set(page + Page._count, 0);
    bench.run(free_hot_cold_page(bench.cpu(1), page));
    expect(bench.event('PGFREE')).toBe(1);
    expect(bench.run(alloc_page(bench.cpu(1)))).toBe(page);
  });

  it('wipes dirty, reclaim, referenced, swapbacked and uptodate without a word', () => {
    const bench = new Bench();
    const page = bench.page(
      'PG_dirty',
      'PG_reclaim',
      'PG_referenced',
      'PG_swapbacked',
      'PG_uptodate',
    );
    expect(free(bench, page)).toEqual([]);
    expect(freed(bench, page)).toBe(true);
    expect(bench.has(page, 'PG_dirty')).toBe(false);
    expect(bench.run(alloc_page(bench.cpu()))).toBe(page);
  });

  it.each([
    'PG_lru',
    'PG_locked',
    'PG_writeback',
    'PG_swapcache',
    'PG_active',
    'PG_unevictable',
    'PG_mlocked',
    'PG_compound_lock',
  ] as const)('reports and loses a page with %s', (flag) => {
    const bench = new Bench();
    const page = bench.page(flag, 'PG_dirty');
    const what = `PAGE_FLAGS_CHECK_AT_FREE flag(s) set: ${flag.slice(3)}`;
    expect(free(bench, page)).toMatchObject([{ kind: 'bad page', what }]);
    expect(freed(bench, page)).toBe(false);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.event('PGFREE')).toBe(0);
  });

  it('loses a poisoned page without a message', () => {
    const bench = new Bench();
    const page = bench.page('PG_hwpoison');
    expect(free(bench, page)).toEqual([]);
    expect(freed(bench, page)).toBe(false);
  });

  it('reports a page that is still mapped, and forgets that it is', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page._mapcount, 0);
    expect(free(bench, page)).toMatchObject([{ what: 'nonzero mapcount' }]);
    expect(bench.word(page + Page._mapcount)).toBe(-1);
  });

  it('reports a page that still has a file', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page.mapping, bench.kernel.mappings);
    expect(free(bench, page)).toMatchObject([{ what: 'non-NULL mapping' }]);
  });

  it('forgets the mapping of an anonymous page', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page.mapping, bench.kernel.anonVmas | 1);
    expect(free(bench, page)).toEqual([]);
    expect(bench.word(page + Page.mapping)).toBe(0);
  });

  it('names the last of several reasons, as Linux does', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page._mapcount, 0);
    const faults = bench.faultsOf(free_hot_cold_page(bench.cpu(), page));
    expect(faults).toMatchObject([{ what: 'nonzero _count' }]);
  });

  it('frees a list from the page that was added last', () => {
    const bench = new Bench();
    const [a, b] = [bench.page(), bench.page()];
    for (const page of [a, b]) bench.set(page + Page._count, 0);
    bench.run(free_hot_cold_page_list(bench.cpu(), [a, b]));
    expect(bench.run(alloc_page(bench.cpu()))).toBe(a);
  });

  describe('of a lazyfree page', () => {
    const lazyfree = (bench: Bench): number => {
      const page = bench.page();
      bench.set(page + Page.mapping, bench.kernel.anonVmas | 5);
      bench.set(bench.kernel.zoneStat('NR_LAZYFREE_PAGES'), 10);
      expect(free(bench, page)).toEqual([]);
      expect(bench.word(page + Page.mapping)).toBe(0);
      return bench.word(bench.kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'));
    };

    it('takes it off the counter with p4', () => {
      const hunks = [...TAGGING, 'p4/mm/page_alloc/free_pages_prepare'] as const;
      expect(lazyfree(new Bench({}, hunks))).toBe(-1);
    });

    it('leaves the counter without p4', () => {
      expect(lazyfree(new Bench({}, TAGGING))).toBe(0);
    });
  });
});

describe('allocPagesHuge', () => {
  it('makes an aligned row of frames one compound page', () => {
    const bench = new Bench();
    const head = bench.run(allocPagesHuge(bench.cpu()));
    expect(bench.kernel.pfn(head)).toBe(4);
    expect(bench.has(head, 'PG_head')).toBe(true);
    expect(bench.word(head + Page.order)).toBe(2);
    const tail = bench.kernel.pageAt(6);
    expect(bench.has(tail, 'PG_tail')).toBe(true);
    expect(bench.word(tail + Page.first_page)).toBe(head);
    expect(bench.count(tail)).toBe(0);
    expect(bench.stat('NR_FREE_PAGES')).toBe(11);
  });

  it('fails when no row is free as a whole', () => {
    const bench = new Bench({ frames: 8 });
    const pages = Array.from({ length: 4 }, () => bench.run(alloc_page(bench.cpu())));
    expect(bench.kernel.pfn(pages[3]!)).toBe(4);
    expect(bench.run(allocPagesHuge(bench.cpu()))).toBe(0);
    expect(bench.stat('NR_FREE_PAGES')).toBe(3);
  });
});
