import {
  LRU_ACTIVE_ANON,
  LRU_INACTIVE_ANON,
  LRU_UNEVICTABLE,
  lru_lock,
  underLruLock,
} from '../../model/include/linux/mm_inline';
import { Page } from '../../model/include/linux/mm_types';
import type { PageFlag } from '../../model/include/linux/page-flags-layout';
import { EBUSY, EINVAL } from '../../model/include/uapi/asm-generic/errno-base';
import { lock, unlock, type Steps } from '../../model/machine/op';
import { lru_add_drain } from '../../model/mm/swap';
import {
  __isolate_lru_page,
  isolate_lru_page,
  isolate_lru_pages,
  ISOLATE_ASYNC_MIGRATE,
  ISOLATE_CLEAN,
  ISOLATE_UNEVICTABLE,
  ISOLATE_UNMAPPED,
  putback_lru_page,
  type Isolated,
} from '../../model/mm/vmscan';
import { Bench } from './support/lru';

// Rests on mm/vmscan.c __isolate_lru_page, isolate_lru_pages, isolate_lru_page, putback_lru_page.

const ANON = 'PG_swapbacked';

function* underLock<T>(body: () => Steps<T>): Steps<T> {
  yield lock(lru_lock());
  const result = yield* body();
  yield unlock(lru_lock());
  return result;
}

/** Asks __isolate_lru_page for a page with these flags on the LRU. */
function asked(mode: number, flags: PageFlag[], change?: (bench: Bench, page: number) => void) {
  const bench = new Bench();
  const [page] = bench.lruPages(1, ANON);
  bench.flags(page!, ...flags);
  change?.(bench, page!);
  const result = bench.run(underLruLock(() => __isolate_lru_page(page!, mode)));
  return { bench, page: page!, result };
}

describe('__isolate_lru_page', () => {
  it('takes a reference, clears PG_lru and keeps PG_active', () => {
    const { bench, page, result } = asked(0, ['PG_active', 'PG_dirty', 'PG_writeback']);
    expect(result).toBe(0);
    expect(bench.count(page)).toBe(2);
    expect(bench.has(page, 'PG_lru')).toBe(false);
    expect(bench.has(page, 'PG_active')).toBe(true);
  });

  it('is invalid off the LRU, and on the unevictable list unless that was asked for', () => {
    expect(asked(0, [], (b, page) => b.set(page + Page.PG_lru, 0)).result).toBe(-EINVAL);
    expect(asked(0, ['PG_unevictable']).result).toBe(-EINVAL);
    expect(asked(ISOLATE_UNEVICTABLE, ['PG_unevictable']).result).toBe(0);
  });

  it.each([
    ['CLEAN refuses write-back', ISOLATE_CLEAN, ['PG_writeback'], -EBUSY],
    ['CLEAN refuses a dirty page', ISOLATE_CLEAN, ['PG_dirty'], -EBUSY],
    ['ASYNC_MIGRATE refuses write-back', ISOLATE_ASYNC_MIGRATE, ['PG_writeback'], -EBUSY],
    ['ASYNC_MIGRATE takes a dirty page', ISOLATE_ASYNC_MIGRATE, ['PG_dirty'], 0],
  ] as [string, number, PageFlag[], number][])('%s', (_name, mode, flags, result) => {
    expect(asked(mode, flags).result).toBe(result);
  });

  it('UNMAPPED refuses a mapped page', () => {
    const map = (b: Bench, page: number): void => b.set(page + Page._mapcount, 0);
    expect(asked(ISOLATE_UNMAPPED, [], map).result).toBe(-EBUSY);
    expect(asked(ISOLATE_UNMAPPED, []).result).toBe(0);
  });

  it('is busy while the page is being freed', () => {
    const { bench, page, result } = asked(0, [], (b, p) => b.set(p + Page._count, 0));
    expect(result).toBe(-EBUSY);
    expect(bench.has(page, 'PG_lru')).toBe(true);
  });
});

describe('isolate_lru_pages', () => {
  const isolate = (bench: Bench, nr: number, mode = 0): Isolated =>
    bench.run(underLock(() => isolate_lru_pages(nr, mode, LRU_INACTIVE_ANON)));

  it('takes from the tail, in that order', () => {
    const bench = new Bench();
    const [a, b, c] = bench.lruPages(3, ANON);
    expect(isolate(bench, 2)).toEqual({ pages: [a, b], nr_scanned: 2, nr_taken: 2 });
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([c]);
  });

  it('moves what is busy to the head, and counts it as scanned', () => {
    const bench = new Bench();
    const [a, b, c] = bench.lruPages(3, ANON);
    bench.flags(a!, 'PG_dirty');
    expect(isolate(bench, 2, ISOLATE_CLEAN)).toEqual({ pages: [b], nr_scanned: 2, nr_taken: 1 });
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([a, c]);
  });

  it('is content with an empty list', () => {
    expect(isolate(new Bench(), 32)).toEqual({ pages: [], nr_scanned: 0, nr_taken: 0 });
  });

  it('is a BUG for a page on the list that has lost PG_lru', () => {
    const bench = new Bench({ CONFIG_DEBUG_VM: false });
    const [page] = bench.lruPages(1, ANON);
    bench.set(page! + Page.PG_lru, 0);
    const steps = underLock(() => isolate_lru_pages(1, 0, LRU_INACTIVE_ANON));
    expect(bench.faultsOf(steps)).toMatchObject([{ kind: 'BUG' }]);
  });
});

describe('isolate_lru_page', () => {
  it('takes a page off whatever list it is on, with one reference more', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON, 'PG_active');
    expect(bench.run(isolate_lru_page(bench.cpu(), page!))).toBe(0);
    expect(bench.count(page!)).toBe(2);
    expect(bench.has(page!, 'PG_active')).toBe(true);
    expect(bench.stat('NR_ACTIVE_ANON')).toBe(0);
  });

  it('is busy for a page that still waits in a pagevec', () => {
    const bench = new Bench();
    const page = bench.page(ANON);
    expect(bench.run(isolate_lru_page(bench.cpu(), page))).toBe(-EBUSY);
    expect(bench.count(page)).toBe(1);
  });

  it('is a VM_BUG without a reference', () => {
    const bench = new Bench();
    const page = bench.page();
    bench.set(page + Page._count, 0);
    expect(bench.faultsOf(isolate_lru_page(bench.cpu(), page))).toMatchObject([
      { kind: 'VM_BUG', what: '!page_count(page)' },
    ]);
  });
});

describe('putback_lru_page', () => {
  const isolated = (bench: Bench, ...flags: PageFlag[]): number => {
    const [page] = bench.lruPages(1, ANON, ...flags);
    bench.run(isolate_lru_page(bench.cpu(), page!));
    return page!;
  };

  it('goes through the pagevec to the list it came from', () => {
    const bench = new Bench();
    const page = isolated(bench, 'PG_active');
    bench.run(putback_lru_page(bench.cpu(), page));
    expect(bench.count(page)).toBe(2);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.count(page)).toBe(1);
    expect(bench.list(LRU_ACTIVE_ANON)).toEqual([page]);
  });

  it('puts an mlocked page on the unevictable list at once', () => {
    const bench = new Bench();
    const page = isolated(bench);
    bench.flags(page, 'PG_mlocked');
    bench.run(putback_lru_page(bench.cpu(), page));
    expect(bench.list(LRU_UNEVICTABLE)).toEqual([page]);
    expect(bench.count(page)).toBe(1);
    expect(bench.event('UNEVICTABLE_PGCULLED')).toBe(1);
  });

  it('rescues a page that is mlocked no more', () => {
    const bench = new Bench();
    const page = isolated(bench, 'PG_unevictable');
    bench.run(putback_lru_page(bench.cpu(), page));
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.event('UNEVICTABLE_PGRESCUED')).toBe(1);
  });

  it('counts a page that stays unevictable neither as rescued nor as culled', () => {
    const bench = new Bench();
    const page = isolated(bench, 'PG_unevictable', 'PG_mlocked');
    bench.run(putback_lru_page(bench.cpu(), page));
    expect(bench.list(LRU_UNEVICTABLE)).toEqual([page]);
    expect(bench.event('UNEVICTABLE_PGRESCUED')).toBe(0);
    expect(bench.event('UNEVICTABLE_PGCULLED')).toBe(0);
  });

  it('finds out that the page became evictable on the unevictable list', () => {
    const bench = new Bench();
    const page = isolated(bench);
    bench.flags(page, 'PG_mlocked');
    const { machine } = bench.kernel;
    const task = machine.spawn(putback_lru_page(bench.cpu(), page));
    bench.until(task, () => bench.has(page, 'PG_unevictable'));
    bench.set(page + Page.PG_mlocked, 0);
    bench.finish(task);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.list(LRU_UNEVICTABLE)).toEqual([]);
    expect(bench.list(LRU_INACTIVE_ANON)).toEqual([page]);
    expect(bench.event('UNEVICTABLE_PGCULLED')).toBe(0);
  });

  it('is a VM_BUG for a page on the LRU', () => {
    const bench = new Bench();
    const [page] = bench.lruPages(1, ANON);
    expect(bench.faultsOf(putback_lru_page(bench.cpu(), page!))).toMatchObject([
      { kind: 'VM_BUG', what: 'PageLRU(page)' },
    ]);
  });
});
