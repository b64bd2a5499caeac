import {
  EACCES,
  EAGAIN,
  EFAULT,
  ENODEV,
  ENOENT,
  ENOMEM,
} from '../../model/include/uapi/asm-generic/errno-base';
import type { HunkId } from '../../model/features/hunk-id';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { Page } from '../../model/include/linux/mm_types';
import { unlock, type Steps } from '../../model/machine/op';
import type { Ptr } from '../../model/machine/struct';
import { ksmdScan } from '../../model/mm/ksm';
import { compactPages, move_pages } from '../../model/mm/migrate';
import { sys_mlock } from '../../model/mm/mlock';
import { alloc_page, alloc_pages_exact_node } from '../../model/mm/page_alloc';
import { lru_add_drain, put_page } from '../../model/mm/swap';
import type { KernelConfig } from '../../model/state/config';
import { Ksm, StableNode } from '../../model/state/kernel';
import { boot, type Hunks, type Programs } from './support/boot';
import { preemptedOutcomes } from './support/outcomes';

// Rests on mm/migrate.c, mm/compaction.c and section 15 of the facts.

const AT = 4;

/** Process 0 with 7 in a page on node 0, drained to the LRU; node 1 has room. */
function written(config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs {
  const bench = boot({ frames: 24, nodes: 2, ...config }, hunks);
  bench.map(AT, 4);
  bench.write(AT, 7);
  bench.run(lru_add_drain(bench.cpu()));
  return bench;
}

const move = (bench: Programs, address = AT, node = 1, all = false): number =>
  bench.run(move_pages(bench.cpu(), bench.mm(), address, node, all));
const nodeOf = (bench: Programs, page: Ptr): number => bench.word(page + Page.node);
const tag = (bench: Programs, page: Ptr): number => bench.word(page + Page.mapping) & 7;
const lazyfreePages = (bench: Programs): number =>
  bench.stat('NR_LAZYFREE_PAGES') + bench.word(bench.kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'));

describe('move_pages', () => {
  it('moves contents, flags and users of a page to another frame', () => {
    const bench = written();
    const old = bench.pageAt(AT);
    const free = bench.stat('NR_FREE_PAGES');
    expect(move(bench)).toBe(1);
    const page = bench.pageAt(AT);
    expect([nodeOf(bench, page), bench.contents(page), bench.rss().anon]).toEqual([1, [7, 0], 1]);
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.count(page), bench.mapcount(page), bench.list(1)]).toEqual([1, 1, [page]]);
    expect([bench.count(old), bench.word(old + Page.mapping)]).toEqual([0, 0]);
    expect([bench.stat('NR_FREE_PAGES'), bench.stat('NR_ISOLATED_ANON')]).toEqual([free, 0]);
    expect([bench.event('PGMIGRATE_SUCCESS'), bench.unlocked]).toEqual([1, true]);
  });

  it('leaves the pte old and clean, still writable; PG_dirty has what D knew', () => {
    const bench = written();
    move(bench);
    expect(bench.at(AT)).toMatchObject({ young: false, dirty: false, write: true });
    expect(bench.has(bench.pageAt(AT), 'PG_dirty')).toBe(true);
    expect(bench.read(AT)).toBe(7);
  });

  it('keeps a read-only pte read-only, and a clean page clean', () => {
    const bench = written();
    bench.setPte(AT, bench.pte(AT) & ~(2 | (1 << 6)));
    move(bench);
    expect(bench.at(AT)).toMatchObject({ dirty: false, write: false });
    expect(bench.has(bench.pageAt(AT), 'PG_dirty')).toBe(false);
  });

  it('tells for each page where it is, or why it did not move', () => {
    const bench = written();
    bench.read(AT + 1);
    expect(move(bench, AT, 0)).toBe(0);
    expect(move(bench, AT, 2)).toBe(-ENODEV);
    expect(move(bench, AT + 1)).toBe(-ENOENT);
    expect(move(bench, AT + 2)).toBe(-ENOENT);
    expect(move(bench, 12)).toBe(-EFAULT);
    bench.fork();
    expect(move(bench)).toBe(-EACCES);
    expect(move(bench, AT, 1, true)).toBe(1);
    expect(bench.pageAt(AT, 1)).toBe(bench.pageAt(AT));
  });

  it('fails without memory on that node, and changes nothing', () => {
    const bench = written();
    const pte = bench.pte(AT);
    bench.run(fill(bench, 1));
    expect(move(bench)).toBe(-ENOMEM);
    expect(bench.pte(AT)).toBe(pte);
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.count(bench.pageAt(AT)), bench.stat('NR_ISOLATED_ANON')]).toEqual([1, 0]);
  });

  it('gives up on a pinned page, whose pte has lost A and D by then', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page._count, 2);
    expect(move(bench)).toBe(-EAGAIN);
    expect(bench.pageAt(AT)).toBe(page);
    expect(bench.at(AT)).toMatchObject({ young: false, dirty: false, write: true });
    expect([bench.has(page, 'PG_dirty'), bench.has(page, 'PG_locked')]).toEqual([true, false]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.stat('NR_FREE_PAGES')).toBe(22);
  });

  it('splits a huge page and moves the small one', () => {
    const bench = boot({ frames: 24, nodes: 2 });
    bench.map(AT, 4);
    bench.advise(AT, 4, 'HUGEPAGE');
    bench.write(AT + 1, 7);
    bench.run(lru_add_drain(bench.cpu()));
    expect(move(bench, AT + 1)).toBe(1);
    expect([nodeOf(bench, bench.pageAt(AT + 1)), nodeOf(bench, bench.pageAt(AT))]).toEqual([1, 0]);
    expect(bench.read(AT + 1)).toBe(7);
  });

  it('moves PG_active along and copies PG_referenced', () => {
    const bench = written();
    const old = bench.pageAt(AT);
    bench.flags(old, 'PG_referenced');
    move(bench);
    const page = bench.pageAt(AT);
    expect([bench.has(page, 'PG_active'), bench.has(page, 'PG_referenced')]).toEqual([true, true]);
    expect(bench.has(old, 'PG_active')).toBe(false);
  });

  it('costs PG_mlocked, which page_remove_rmap clears when the last pte has gone', () => {
    const bench = written();
    bench.run(sys_mlock(bench.task(), AT * 4096, 4096));
    expect([bench.stat('NR_MLOCK'), bench.stat('NR_UNEVICTABLE')]).toEqual([1, 1]);
    expect(move(bench)).toBe(1);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.has(bench.pageAt(AT), 'PG_mlocked')).toBe(false);
    expect([bench.stat('NR_MLOCK'), bench.stat('NR_UNEVICTABLE')]).toEqual([0, 0]);
  });

  it('moves a page of the swap cache in the cache; its ptes become swap entries', () => {
    const bench = written();
    const old = bench.swapOut(AT);
    const { slot } = bench.at(AT);
    expect([bench.read(AT), bench.pageAt(AT)]).toEqual([7, old]);
    expect(move(bench)).toBe(1);
    const page = bench.word(bench.kernel.swapper_space + slot * 4);
    expect([nodeOf(bench, page), bench.at(AT).state, bench.at(AT).slot]).toEqual([
      1,
      'swapped',
      slot,
    ]);
    expect([bench.has(page, 'PG_swapcache'), bench.word(page + Page.private)]).toEqual([
      true,
      slot,
    ]);
    expect([bench.has(old, 'PG_swapcache'), bench.word(old + Page.private)]).toEqual([false, 0]);
    expect([bench.read(AT), bench.pageAt(AT)]).toEqual([7, page]);
  });

  it("moves a file's page in its file", () => {
    const bench = boot({ frames: 24, nodes: 2 });
    const mapping = bench.file('tmpfs');
    bench.map(AT, 2, { kind: 'shared-tmpfs', mapping });
    bench.write(AT, 7);
    expect(move(bench)).toBe(1);
    expect(bench.word(bench.kernel.pageTree(mapping, 0))).toBe(bench.pageAt(AT));
    expect([bench.read(AT), bench.rss().file]).toEqual([7, 1]);
  });

  it('tells the stable node where its page has gone', () => {
    const bench = boot({ frames: 24, nodes: 2 });
    bench.map(AT, 2);
    bench.advise(AT, 2, 'MERGEABLE');
    for (const at of [AT, AT + 1]) bench.write(at, 7);
    for (let i = 0; i < 2; i++) bench.run(ksmdScan(bench.cpu(), 9));
    expect(move(bench, AT, 1, true)).toBe(1);
    const page = bench.pageAt(AT);
    expect([bench.pageAt(AT + 1), tag(bench, page)]).toEqual([page, 3]);
    const node = bench.word(bench.kernel.ksm + Ksm.stable_tree);
    expect(bench.word(node + StableNode.kpage)).toBe(page);
  });

  it('is not seen by a read or write at any point of it', () => {
    const bench = written({ cpus: 2, tlbEviction: false });
    const during = (steps: () => Steps<unknown>) =>
      preemptedOutcomes(
        bench.kernel,
        [() => move_pages(bench.cpu(), bench.mm(), AT, 1), steps],
        ([status]) => `${status} ${bench.contents(bench.at(AT).page)[0]}`,
      );
    expect(during(() => userWrite(bench.task(0, 1), AT, 0, 9))).toEqual(['1 9']);
    expect(during(() => reading(bench))).toEqual(['1 7']);
  });

  function* reading(bench: Programs): Steps {
    const { value } = yield* userRead(bench.task(0, 1), AT, 0);
    if (value !== 7) throw new Error(`read ${value}`);
  }
});

describe('compaction', () => {
  const compact = (bench: Programs, page: Ptr, sync = true): number =>
    bench.run(compactPages(bench.cpu(), [page], sync));

  it('does not look for pins: it finds out after taking the pte away', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page._count, 2);
    expect(compact(bench, page)).toBe(1);
    expect([bench.pageAt(AT), bench.at(AT).dirty]).toEqual([page, false]);
  });

  it('passes over pages that are off the LRU, huge, or unevictable', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_unevictable, 1);
    expect([compact(bench, page), bench.pageAt(AT)]).toEqual([0, page]);
    bench.set(page + Page.PG_unevictable, 0);
    bench.set(page + Page.PG_head, 1);
    expect([compact(bench, page), bench.pageAt(AT)]).toEqual([0, page]);
    bench.set(page + Page.PG_head, 0);
    bench.set(page + Page.PG_lru, 0);
    expect([compact(bench, page), bench.pageAt(AT)]).toEqual([0, page]);
    bench.set(page + Page.PG_lru, 1);
    expect([compact(bench, page), bench.pageAt(AT) === page]).toEqual([0, false]);
  });

  it('moves first what it has isolated last', () => {
    // mm/compaction.c isolate_migratepages_range: list_add, so a list in reverse.
    const bench = written();
    bench.write(AT + 1, 8);
    bench.run(lru_add_drain(bench.cpu()));
    const pages = [bench.pageAt(AT), bench.pageAt(AT + 1)];
    const free = bench.run(alloc_page(bench.cpu()));
    bench.run(put_page(bench.cpu(), free));
    expect(bench.run(compactPages(bench.cpu(), pages, true))).toBe(0);
    expect(bench.pageAt(AT + 1)).toBe(free);
  });

  it('leaves a page under write-back to a synchronous migration', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_writeback, -1);
    expect([compact(bench, page, false), bench.event('PGMIGRATE_FAIL')]).toEqual([0, 0]);
    expect([compact(bench, page), bench.event('PGMIGRATE_FAIL')]).toEqual([1, 1]);
    const task = bench.start(move_pages(bench.cpu(), bench.mm(), AT, 1));
    bench.go(task);
    expect(bench.ended(task)).toBe(false);
    bench.run(ending(page + Page.PG_writeback));
    bench.go(task);
    expect([bench.ended(task), nodeOf(bench, bench.pageAt(AT))]).toEqual([true, 1]);
  });

  it('waits for a page lock only if it may, and only from the fourth pass on', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_locked, -1);
    expect(compact(bench, page, false)).toBe(1);
    const task = bench.start(compactPages(bench.cpu(), [page], true));
    bench.go(task);
    expect(bench.ended(task)).toBe(false);
    bench.run(ending(page + Page.PG_locked));
    bench.go(task);
    expect([bench.ended(task), bench.pageAt(AT) === page]).toEqual([true, false]);
  });

  it('moves an unmapped page of the swap cache without touching a pte', () => {
    const bench = written();
    const page = bench.swapOut(AT);
    const pte = bench.pte(AT);
    expect(compact(bench, page)).toBe(0);
    expect(bench.pte(AT)).toBe(pte);
    expect(bench.word(bench.kernel.swapper_space + bench.at(AT).slot * 4)).not.toBe(page);
    expect(bench.read(AT)).toBe(7);
  });

  function* ending(word: Ptr): Steps {
    yield unlock(word);
  }
});

describe('a fault on a migration entry', () => {
  it('waits for the page lock and then finds the page at its new place', () => {
    const bench = written({ cpus: 2, tlbEviction: false });
    const migration = bench.start(move_pages(bench.cpu(), bench.mm(), AT, 1));
    bench.go(migration, () => bench.at(AT).state === 'migration');
    const reader = bench.start(userRead(bench.task(0, 1), AT, 0));
    bench.go(reader);
    expect(bench.ended(reader)).toBe(false);
    bench.go(migration);
    bench.go(reader);
    expect([bench.ended(reader), bench.ended(migration), bench.read(AT)]).toEqual([true, true, 7]);
  });
});

describe('migration of a lazyfree page', () => {
  /** The page freed lazily, on the inactive list; `rewritten` after the call. */
  function freed(hunks: Hunks, rewritten = false): Programs {
    const bench = written({}, hunks);
    bench.advise(AT, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    if (rewritten) bench.write(AT, 8);
    expect(tag(bench, bench.pageAt(AT))).toBe(5);
    return bench;
  }
  const without = (...hunks: HunkId[]) => NAMED_VARIANTS.original.minus(hunks).switches();
  const UNMAP = 'p3/mm/rmap/try_to_unmap_one';

  it('discards a clean one: TTU_MIGRATION has a bit of TTU_LAZYFREE', () => {
    const bench = freed('original');
    const free = bench.stat('NR_FREE_PAGES');
    expect(move(bench)).toBe(1);
    expect([bench.at(AT).state, bench.rss().anon]).toEqual(['none', 0]);
    bench.run(lru_add_drain(bench.cpu()));
    expect([bench.stat('NR_FREE_PAGES'), lazyfreePages(bench)]).toEqual([free + 1, 0]);
    expect(bench.read(AT)).toBe(0);
  });

  it('never moves a dirty one, as the same branch puts its pte back', () => {
    const bench = freed('original', true);
    const page = bench.pageAt(AT);
    expect(move(bench)).toBe(-EAGAIN);
    expect([bench.pageAt(AT), bench.at(AT).dirty, bench.read(AT)]).toEqual([page, true, 8]);
    expect(tag(bench, page)).toBe(5);
  });

  it('without that branch leaves migration entries for ever: page_anon_vma is NULL', () => {
    const bench = freed(without(UNMAP));
    expect(move(bench)).toBe(1);
    expect(bench.at(AT).state).toBe('migration');
    expect(bench.faultsOf(userRead(bench.task(), AT, 0))).toEqual([
      {
        kind: 'BUG',
        where: 'include/linux/swapops.h migration_entry_to_page',
        what: '!PageLocked(page)',
      },
    ]);
  });

  it('carries the tag to the new page before that is known to take the place of the old', () => {
    const bench = freed(without(UNMAP));
    const tags: number[] = [];
    const task = bench.start(move_pages(bench.cpu(), bench.mm(), AT, 1));
    bench.go(task, () => {
      for (let pfn = 12; pfn < 24; pfn++) tags.push(tag(bench, bench.kernel.pageAt(pfn)));
      return false;
    });
    expect([bench.ended(task), tags.includes(5)]).toEqual([true, true]);
  });

  it('is not tried if page_get_anon_vma refuses the tag', () => {
    const bench = freed(without('p3/mm/rmap/page_get_anon_vma', UNMAP));
    const page = bench.pageAt(AT);
    expect([move(bench), bench.pageAt(AT)]).toEqual([-EAGAIN, page]);
  });
});

/** Uses up every frame of a node. */
function* fill(bench: Programs, node: number): Steps {
  while ((yield* alloc_pages_exact_node(bench.cpu(), node)) !== 0);
}
