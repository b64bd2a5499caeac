/** mm/page_io.c: what goes to a swap slot, when, and what an error leaves behind. */
import { Page } from '../../model/include/linux/mm_types';
import { load, store, type Steps } from '../../model/machine/op';
import { completeWriteback, swap_readpage, swap_writepage } from '../../model/mm/page_io';
import { lru_cache_add } from '../../model/mm/swap';
import { SwapBench } from './support/swap';

/** A page in the swap cache under write-back, its contents [5, 6], its slot's [1, 2]. */
function underWriteback(): { bench: SwapBench; page: number } {
  const bench = new SwapBench({ cpus: 2 });
  const page = bench.cachedPage(1);
  bench.setContents(page, [5, 6]);
  bench.setSlot(1, [1, 2]);
  bench.set(page + Page.PG_dirty, 0);
  expect(bench.run(swap_writepage(bench.cpu(), page))).toBe(0);
  return { bench, page };
}

describe('swap_writepage', () => {
  it('unlocks the page with write-back under way', () => {
    const { bench, page } = underWriteback();
    expect([bench.word(page + Page.PG_locked), bench.has(page, 'PG_writeback')]).toEqual([0, true]);
    expect([bench.event('PSWPOUT'), bench.stat('NR_WRITEBACK')]).toEqual([1, 1]);
    expect(bench.slot(1)).toEqual([1, 2]);
  });

  it('writes nothing to a slot that only the cache uses, and leaves the page dirty', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(0);
    bench.set(page + Page.PG_dirty, 0);
    bench.run(swap_writepage(bench.cpu(), page));
    expect([bench.has(page, 'PG_swapcache'), bench.has(page, 'PG_writeback')]).toEqual([
      false,
      false,
    ]);
    expect([bench.has(page, 'PG_dirty'), bench.word(page + Page.PG_locked)]).toEqual([true, 0]);
    expect([bench.event('PSWPOUT'), bench.byte(1)]).toEqual([0, 0]);
  });
});

describe('the end of a write', () => {
  it('has the contents in the slot and the page clean', () => {
    const { bench, page } = underWriteback();
    expect(bench.run(completeWriteback(bench.cpu(), false))).toBe(1);
    expect(bench.slot(1)).toEqual([5, 6]);
    expect([bench.has(page, 'PG_writeback'), bench.has(page, 'PG_dirty')]).toEqual([false, false]);
    expect(bench.stat('NR_WRITEBACK')).toBe(0);
  });

  it('after an error has the page dirty again, not to be rotated, and the slot as it was', () => {
    const { bench, page } = underWriteback();
    bench.unlock(page);
    bench.flags(page, 'PG_reclaim');
    bench.run(lru_cache_add(bench.cpu(), page));
    bench.run(completeWriteback(bench.cpu(), true));
    expect([bench.has(page, 'PG_writeback'), bench.has(page, 'PG_dirty')]).toEqual([false, true]);
    expect([bench.has(page, 'PG_reclaim'), bench.event('PGROTATED')]).toEqual([false, 0]);
    expect(bench.slot(1)).toEqual([1, 2]);
  });

  it('without an error takes PG_reclaim', () => {
    const { bench, page } = underWriteback();
    bench.flags(page, 'PG_reclaim');
    bench.run(completeWriteback(bench.cpu(), false));
    expect(bench.has(page, 'PG_reclaim')).toBe(false);
  });

  it('comes once for each write, whoever asks', () => {
    const { bench } = underWriteback();
    const tasks = [0, 1].map((id) => () => completeWriteback(bench.cpu(id), false));
    const seen = bench.outcomes(tasks, (r) => `${r.join(' ')} ${bench.complaints().join()}`);
    expect(seen).toEqual(['0 1 ', '1 0 ']);
  });

  it('can be that of one page', () => {
    const { bench, page } = underWriteback();
    const other = bench.cachedPage(1);
    bench.run(swap_writepage(bench.cpu(), other));
    expect(bench.run(completeWriteback(bench.cpu(), false, other))).toBe(1);
    expect([bench.has(page, 'PG_writeback'), bench.has(other, 'PG_writeback')]).toEqual([
      true,
      false,
    ]);
  });

  it('is nothing when no write is under way', () => {
    const bench = new SwapBench();
    expect(bench.run(completeWriteback(bench.cpu(), false))).toBe(0);
  });
});

it('a store during write-back reaches the slot or not, also while the write-back bit stays set', () => {
  const { bench, page } = underWriteback();
  const store9 = function* (): Steps<string> {
    yield store(page + Page.content0, 9);
    return (yield load(page + Page.PG_writeback)) ? 'during' : 'after';
  };
  const seen = bench.outcomes(
    [() => completeWriteback(bench.cpu(0), false), store9],
    ([, when]) => `${bench.slot(1).join()} ${String(when)}`,
  );
  expect(seen).toEqual(['5,6 after', '5,6 during', '9,6 after', '9,6 during']);
});

describe('swap_readpage', () => {
  it('is a VM_BUG for a page that is not locked or is up to date already', () => {
    const bench = new SwapBench();
    const page = bench.cachedPage(1);
    const faults = bench.faultsOf(swap_readpage(bench.cpu(), page));
    expect(faults.map(({ what }) => what)).toEqual(['PageUptodate(page)']);
    bench.unlock(page);
    expect(bench.faultsOf(swap_readpage(bench.cpu(), page))[0]!.what).toBe('!PageLocked(page)');
  });
});
