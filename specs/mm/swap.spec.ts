import {
  LRU_ACTIVE_ANON,
  LRU_INACTIVE_ANON,
  LRU_INACTIVE_FILE,
  LRU_UNEVICTABLE,
  lru_lock,
} from '../../model/include/linux/mm_inline';
import { Page, zone } from '../../model/include/linux/mm_types';
import { allocPagesHuge } from '../../model/mm/page_alloc';
import {
  activate_page,
  add_page_to_unevictable_list,
  deactivate_page,
  lru_add_drain,
  lru_add_drain_all,
  lru_cache_add,
  lru_cache_add_anon,
  mark_page_accessed,
  put_page,
  release_pages,
  rotate_reclaimable_page,
} from '../../model/mm/swap';
import { get_page } from '../../model/include/linux/mm';
import { Bench } from './support/lru';

// Rests on mm/swap.c and include/linux/mm_inline.h.

const ANON = 'PG_swapbacked';

describe('lru_cache_add', () => {
  it('keeps a page off the lists, with a reference, until its CPU drains', () => {
    const bench = new Bench();
    const page = bench.page(ANON);
    bench.run(lru_cache_add(bench.cpu(), page));
    expect(bench.count(page)).toBe(2);
    expect(bench.has(page, 'PG_lru')).toBe(false);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.count(page)).toBe(1);
    expect(bench.has(page, 'PG_lru')).toBe(true);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(1);
  });

  it('lets a full pagevec wait for the next page', () => {
    const bench = new Bench({ pagevecSize: 3 });
    const pages = Array.from({ length: 4 }, () => bench.page(ANON));
    for (const page of pages.slice(0, 3)) bench.run(lru_cache_add(bench.cpu(), page));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([]);
    bench.run(lru_cache_add(bench.cpu(), pages[3]!));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([pages[2], pages[1], pages[0]]);
    expect(bench.has(pages[3]!, 'PG_lru')).toBe(false);
  });

  it('chooses the list by the flags at the time of the drain', () => {
    const bench = new Bench();
    const [active, file] = [bench.page(ANON), bench.page()];
    bench.run(lru_cache_add(bench.cpu(), active));
    bench.run(lru_cache_add(bench.cpu(), file));
    bench.flags(active, 'PG_active');
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([active]);
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([file]);
    expect(bench.word(bench.kernel.zone + zone.offset.scanned_anon)).toBe(1);
    expect(bench.word(bench.kernel.zone + zone.offset.rotated_anon)).toBe(1);
    expect(bench.word(bench.kernel.zone + zone.offset.rotated_file)).toBe(0);
  });

  it('is a VM_BUG for a page on the LRU, and for an active unevictable one', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON);
    expect(bench.faultsOf(lru_cache_add(bench.cpu(), page!))).toMatchObject([
      { kind: 'VM_BUG', what: 'PageLRU(page)' },
    ]);
    const odd = bench.page('PG_active', 'PG_unevictable');
    expect(bench.faultsOf(lru_cache_add(bench.cpu(), odd))).toMatchObject([
      { kind: 'VM_BUG', what: 'PageActive(page) && PageUnevictable(page)' },
    ]);
  });

  it('goes to the inactive list as lru_cache_add_anon, whatever the page was', () => {
    const bench = new Bench();
    const page = bench.page(ANON, 'PG_active');
    bench.run(lru_cache_add_anon(bench.cpu(), page));
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
  });

  it('frees a page whose last reference was the pagevec', () => {
    const bench = new Bench();
    const page = bench.page(ANON);
    bench.run(lru_cache_add(bench.cpu(), page));
    bench.run(put_page(bench.cpu(), page));
    expect(bench.word(page + Page.free)).toBe(0);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.word(page + Page.free)).toBe(1);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([]);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(0);
    expect(bench.kernel.machine.faults).toEqual([]);
  });
});

describe('lru_add_drain', () => {
  it("leaves another CPU's pages, which lru_add_drain_all does not", () => {
    const bench = new Bench({ cpus: 2 });
    const page = bench.page(ANON);
    bench.run(lru_cache_add(bench.cpu(1), page));
    bench.run(lru_add_drain(bench.cpu(0)));
    expect(bench.has(page, 'PG_lru')).toBe(false);
    bench.run(lru_add_drain_all(bench.cpu(0)));
    expect(bench.has(page, 'PG_lru')).toBe(true);
  });

  // mm/swap.c pagevec_lru_move_fn resets the pagevec last, with preemption off: flush_work waits for that.
  it('of all CPUs ends after a drain that another CPU is in the middle of', () => {
    const bench = new Bench({ cpus: 2 });
    const page = bench.page(ANON);
    bench.run(lru_cache_add(bench.cpu(1), page));
    const { machine } = bench.kernel;
    const one = machine.spawn(lru_add_drain(bench.cpu(1)));
    bench.until(one, () => bench.word(bench.kernel.percpu(1, 'lru_add_pvec_nr')) === 0);
    const all = machine.spawn(lru_add_drain_all(bench.cpu(0)));
    while (machine.enabled(all)) machine.step(all, 0);
    expect([machine.finished(all), bench.has(page, 'PG_lru')]).toEqual([false, false]);
    bench.finish(one);
    expect(machine.enabled(all)).toBe(true);
    bench.finish(all);
    expect([bench.has(page, 'PG_lru'), bench.count(page)]).toEqual([true, 1]);
  });

  it('adds, then deactivates, then activates', () => {
    const bench = new Bench();
    const page = bench.page(ANON, 'PG_active');
    bench.run(lru_cache_add(bench.cpu(), page));
    bench.run(deactivate_page(bench.cpu(), page));
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.event('PGDEACTIVATE')).toBe(1);
  });

  it('leaves no lock and no reference behind with several pages', () => {
    const bench = new Bench();
    const pages = bench.lruPages(3, ANON);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual(pages.toReversed());
    expect(pages.map((page) => bench.count(page))).toEqual([1, 1, 1]);
    expect(bench.word(lru_lock())).toBe(0);
  });
});

describe('mark_page_accessed', () => {
  it('marks at the first look and activates at the second', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON);
    bench.run(mark_page_accessed(bench.cpu(), page!));
    expect(bench.has(page!, 'PG_referenced')).toBe(true);
    expect(bench.count(page!)).toBe(1);
    bench.run(mark_page_accessed(bench.cpu(), page!));
    expect(bench.has(page!, 'PG_referenced')).toBe(false);
    expect(bench.count(page!)).toBe(2);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([page]);
    expect(bench.event('PGACTIVATE')).toBe(1);
  });

  it("activates a page at once that waits in this CPU's lru_add_pvec", () => {
    const bench = new Bench({ cpus: 2 });
    const page = bench.page(ANON, 'PG_referenced');
    bench.run(lru_cache_add(bench.cpu(0), page));
    bench.run(mark_page_accessed(bench.cpu(1), page));
    expect(bench.has(page, 'PG_active')).toBe(false);
    bench.flags(page, 'PG_referenced');
    bench.run(mark_page_accessed(bench.cpu(0), page));
    expect(bench.has(page, 'PG_active')).toBe(true);
  });
});

describe('activate_page', () => {
  it('waits until its pagevec is full', () => {
    const bench = new Bench({ pagevecSize: 2 });
    const [a, b] = bench.lruPages(2, ANON);
    bench.run(activate_page(bench.cpu(), a!));
    expect(bench.has(a!, 'PG_active')).toBe(false);
    bench.run(activate_page(bench.cpu(), b!));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([b, a]);
  });

  it.each(['PG_active', 'PG_unevictable'] as const)('does nothing to a page with %s', (flag) => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON, flag);
    bench.run(activate_page(bench.cpu(), page!));
    expect(bench.count(page!)).toBe(1);
  });
});

describe('rotate_reclaimable_page', () => {
  it('moves a page to the tail when its pagevec is drained', () => {
    const bench = new Bench();
    const [a, b] = bench.lruPages(2, ANON);
    bench.run(rotate_reclaimable_page(bench.cpu(), b!));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([b, a]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([a, b]);
    expect(bench.event('PGROTATED')).toBe(1);
  });

  it.each(['PG_locked', 'PG_dirty', 'PG_active', 'PG_unevictable'] as const)(
    'leaves a page with %s where it is',
    (flag) => {
      const bench = new Bench();
      const [page] = bench.lruPages(1, ANON);
      bench.flags(page!, flag);
      bench.run(rotate_reclaimable_page(bench.cpu(), page!));
      expect(bench.count(page!)).toBe(1);
    },
  );
});

describe('put_page', () => {
  it('takes the last reference off the LRU and frees the page', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON, 'PG_active');
    bench.run(put_page(bench.cpu(), page!));
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([]);
    expect(bench.stat('NR_ACTIVE_ANON')).toBe(0);
    expect(bench.word(page! + Page.free)).toBe(1);
    expect(bench.kernel.machine.faults).toEqual([]);
  });

  it('is a VM_BUG without a reference', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.run(put_page(bench.cpu(), page));
    expect(bench.faultsOf(put_page(bench.cpu(), page))).toMatchObject([{ kind: 'VM_BUG' }]);
  });

  it('oopses on a pointer that is marked', () => {
    const bench = new Bench();
    const page = bench.page();
    expect(bench.faultsOf(put_page(bench.cpu(), page | 1))).toMatchObject([{ kind: 'oops' }]);
    expect(bench.count(page)).toBe(1);
  });
});

describe('release_pages', () => {
  it('frees what had one reference and keeps the rest', () => {
    const bench = new Bench();
    const [a, b, c] = bench.lruPages(3, ANON);
    bench.run(get_page(bench.cpu(), b!));
    bench.run(release_pages(bench.cpu(), [a!, b!, c!]));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([b]);
    expect(bench.count(b!)).toBe(1);
    expect(bench.event('PGFREE')).toBe(2);
    expect(bench.word(lru_lock())).toBe(0);
  });

  it('clears PG_active of a page off the LRU, which put_page does not', () => {
    const bench = new Bench();
    const [a, b] = [bench.page(ANON, 'PG_active'), bench.page(ANON, 'PG_active')];
    expect(bench.faultsOf(release_pages(bench.cpu(), [a]))).toEqual([]);
    expect(bench.faultsOf(put_page(bench.cpu(), b))).toMatchObject([{ kind: 'bad page' }]);
  });

  it('lets go of lru_lock before a compound page', () => {
    const bench = new Bench();
    const [small] = bench.lruPages(1, ANON);
    const huge = bench.run(allocPagesHuge(bench.cpu()));
    bench.run(release_pages(bench.cpu(), [small!, huge]));
    expect(bench.event('PGFREE')).toBe(5);
    expect(bench.kernel.machine.faults).toEqual([]);
  });

  it('oopses on a pointer that is marked', () => {
    const bench = new Bench();
    const page = bench.page();
    expect(bench.faultsOf(release_pages(bench.cpu(), [page | 1]))).toMatchObject([
      { kind: 'oops' },
    ]);
  });
});

describe('a reference to a tail page', () => {
  it('is one of the head, counted in the tail', () => {
    const bench = new Bench();
    const head = bench.run(allocPagesHuge(bench.cpu()));
    const tail = bench.kernel.pageAt(bench.kernel.pfn(head) + 1);
    bench.run(get_page(bench.cpu(), tail));
    expect(bench.count(head)).toBe(2);
    expect(bench.count(tail)).toBe(0);
    expect(bench.word(tail + Page._mapcount)).toBe(0);
    bench.run(put_page(bench.cpu(), tail));
    expect(bench.count(head)).toBe(1);
    expect(bench.word(tail + Page._mapcount)).toBe(-1);
  });

  it('keeps the whole page alive, and frees it when it is the last', () => {
    const bench = new Bench();
    const head = bench.run(allocPagesHuge(bench.cpu()));
    const tail = bench.kernel.pageAt(bench.kernel.pfn(head) + 1);
    bench.run(get_page(bench.cpu(), tail));
    bench.run(put_page(bench.cpu(), head));
    expect(bench.event('PGFREE')).toBe(0);
    bench.run(put_page(bench.cpu(), tail));
    expect(bench.event('PGFREE')).toBe(4);
    expect(bench.stat('NR_FREE_PAGES')).toBe(15);
    expect(bench.kernel.machine.faults).toEqual([]);
  });
});

describe('add_page_to_unevictable_list', () => {
  it('goes past the pagevecs and drops PG_active', () => {
    const bench = new Bench();
    const page = bench.page(ANON, 'PG_active');
    bench.run(add_page_to_unevictable_list(bench.cpu(), page));
    expect(bench.list(LRU_UNEVICTABLE)).toEqual([page]);
    expect(bench.has(page, 'PG_active')).toBe(false);
    expect(bench.stat('NR_UNEVICTABLE')).toBe(1);
  });
});
