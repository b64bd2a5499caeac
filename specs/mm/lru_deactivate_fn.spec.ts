import type { HunkId } from '../../model/features/hunk-id';
import { LRU_INACTIVE_ANON, LRU_INACTIVE_FILE } from '../../model/include/linux/mm_inline';
import { Page } from '../../model/include/linux/mm_types';
import type { PageFlag } from '../../model/include/linux/page-flags-layout';
import { deactivate_page, lru_add_drain, put_page } from '../../model/mm/swap';
import { Bench } from './support/lru';

// Rests on mm/swap.c deactivate_page and lru_deactivate_fn, and on the four hunks of p2.

const TAIL = 'p2/include/linux/mm_inline/add_page_to_lru_list_tail';
const MAPPED = 'p2/mm/swap/lru_deactivate_fn.2';
const UNLINK = 'p2/mm/swap/lru_deactivate_fn.3';
const RELINK = 'p2/mm/swap/lru_deactivate_fn.4';
const P2: readonly HunkId[] = [TAIL, 'p2/mm/swap/lru_deactivate_fn', MAPPED, UNLINK, RELINK];

/** Three pages on the inactive list, the middle one deactivated and drained. */
function deactivated(
  hunks: readonly HunkId[],
  options: { flags?: PageFlag[]; mapped?: boolean; anon?: boolean; debugList?: boolean } = {},
) {
  const { flags = [], mapped = false, anon = true, debugList = true } = options;
  const bench = new Bench({ CONFIG_DEBUG_LIST: debugList }, hunks);
  const kind: PageFlag[] = anon ? ['PG_swapbacked'] : [];
  const [older, page, newer] = bench.lruPages(3, ...kind);
  bench.flags(page!, ...flags);
  if (mapped) bench.set(page! + Page._mapcount, 0);
  if (anon) bench.set(page! + Page.mapping, bench.kernel.anonVmas | 1);
  bench.run(deactivate_page(bench.cpu(), page!));
  const faults = bench.faultsOf(lru_add_drain(bench.cpu()));
  return { bench, faults, older: older!, page: page!, newer: newer! };
}

describe.each([
  ['base', [] as HunkId[]],
  ['p2', P2],
])('lru_deactivate_fn of %s', (_name, hunks) => {
  it('moves a clean unmapped page to the tail, and counts it as rotated', () => {
    const { bench, older, page, newer } = deactivated(hunks);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([newer, older, page]);
    expect(bench.event('PGROTATED')).toBe(1);
    expect(bench.event('PGDEACTIVATE')).toBe(0);
    expect(bench.has(page, 'PG_reclaim')).toBe(false);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(3);
    expect(bench.count(page)).toBe(1);
  });

  it.each(['PG_dirty', 'PG_writeback'] as const)(
    'moves a page with %s to the head, to be reclaimed when it is written',
    (flag) => {
      const { bench, older, page, newer } = deactivated(hunks, { flags: [flag] });
      expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page, newer, older]);
      expect(bench.has(page, 'PG_reclaim')).toBe(true);
      expect(bench.event('PGROTATED')).toBe(0);
    },
  );

  it('counts an active page as deactivated, and forgets that it was referenced', () => {
    const bench = new Bench({}, hunks);
    const [page] = bench.lruPages(1, 'PG_swapbacked', 'PG_active', 'PG_referenced');
    bench.run(deactivate_page(bench.cpu(), page!));
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.has(page!, 'PG_active') || bench.has(page!, 'PG_referenced')).toBe(false);
    expect(bench.event('PGDEACTIVATE')).toBe(1);
    expect([bench.stat('NR_ACTIVE_ANON'), bench.stat('NR_INACTIVE_ANON')]).toEqual([0, 1]);
  });

  it('leaves a mapped file page alone', () => {
    const { bench, older, page, newer } = deactivated(hunks, { anon: false, mapped: true });
    expect(bench.list(LRU_INACTIVE_FILE)).toEqual([newer, page, older]);
  });

  it('leaves a page alone that left the LRU in the meantime', () => {
    const bench = new Bench({}, hunks);
    const page = bench.page('PG_swapbacked');
    bench.run(deactivate_page(bench.cpu(), page));
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([]);
    expect(bench.count(page)).toBe(1);
  });
});

describe('a mapped anonymous page', () => {
  it('is left alone in base', () => {
    const { bench, older, page, newer } = deactivated([], { mapped: true });
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([newer, page, older]);
  });

  it('is moved with p2', () => {
    const { bench, older, page, newer } = deactivated(P2, { mapped: true });
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([newer, older, page]);
  });

  it('is moved by the hunk of the test alone', () => {
    const { bench, older, page, newer } = deactivated([MAPPED], { mapped: true });
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([newer, older, page]);
  });
});

describe('deactivate_page', () => {
  it('refuses an unevictable page and one that is being freed', () => {
    const bench = new Bench();
    const [unevictable, free] = [bench.page('PG_unevictable'), bench.page()];
    bench.set(free + Page._count, 0);
    bench.run(deactivate_page(bench.cpu(), unevictable));
    bench.run(deactivate_page(bench.cpu(), free));
    expect([bench.count(unevictable), bench.count(free)]).toEqual([1, 0]);
  });

  it('drains when the pagevec becomes full', () => {
    const bench = new Bench({ pagevecSize: 2 });
    const [a, b, c] = bench.lruPages(3, 'PG_swapbacked');
    bench.run(deactivate_page(bench.cpu(), b!));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([c, b, a]);
    bench.run(deactivate_page(bench.cpu(), c!));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([a, b, c]);
    expect([b, c].map((page) => bench.count(page!))).toEqual([1, 1]);
  });
});

describe('the hunk that links in both branches, without the one that stops linking before', () => {
  it('links a clean page at both ends, which the next page to leave finds out', () => {
    const { bench, faults, newer } = deactivated([TAIL, RELINK]);
    expect(faults).toEqual([]);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(4);
    expect(() => bench.list(LRU_INACTIVE_ANON)).toThrow();
    expect(bench.faultsOf(put_page(bench.cpu(), newer))).toMatchObject([
      { kind: 'warning', what: 'list_del corruption, prev->next should be the entry' },
    ]);
  });

  it('links a dirty page twice in a row', () => {
    const { bench, faults } = deactivated([TAIL, RELINK], { flags: ['PG_dirty'] });
    expect(faults.map((fault) => fault.what)).toContain('list_add double add');
    expect(() => bench.list(LRU_INACTIVE_ANON)).toThrow();
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(4);
  });

  it('corrupts the list without a word where lists are not checked', () => {
    const { bench, faults } = deactivated([TAIL, RELINK], { debugList: false });
    expect(faults).toEqual([]);
    expect(() => bench.list(LRU_INACTIVE_ANON)).toThrow();
  });
});

describe('the hunk that stops linking before, without the one that links in both branches', () => {
  it('moves a clean page that is not linked, and loses count of it', () => {
    const { bench, faults, page } = deactivated([UNLINK]);
    expect(faults).toMatchObject([
      { kind: 'warning', what: 'list_del corruption, next is LIST_POISON1' },
    ]);
    expect(bench.list(LRU_INACTIVE_ANON)).toContain(page);
    expect(bench.stat('NR_INACTIVE_ANON')).toBe(2);
  });

  it('oopses on a clean page where lists are not checked', () => {
    const { faults } = deactivated([UNLINK], { debugList: false });
    expect(faults).toMatchObject([{ kind: 'oops', what: 'paging request at LIST_POISON1' }]);
  });

  it('leaves a dirty page on no list, until freeing it finds that out', () => {
    const { bench, faults, page } = deactivated([UNLINK], {
      flags: ['PG_dirty'],
      debugList: false,
    });
    expect(faults).toEqual([]);
    expect(bench.has(page, 'PG_lru')).toBe(true);
    expect(bench.list(LRU_INACTIVE_ANON)).not.toContain(page);
    expect(bench.faultsOf(put_page(bench.cpu(), page))).toMatchObject([{ kind: 'oops' }]);
  });
});
