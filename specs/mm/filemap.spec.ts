/** mm/filemap.c: speculative look-ups, and faults on files. */
import { Page, address_space, mm_struct, vm_area_struct } from '../../model/include/linux/mm_types';
import {
  FAULT_FLAG_ALLOW_RETRY,
  FAULT_FLAG_RETRY_NOWAIT,
  VM_FAULT_LOCKED,
  VM_FAULT_MAJOR,
  VM_FAULT_NOPAGE,
  VM_FAULT_OOM,
  VM_FAULT_RETRY,
  VM_FAULT_SIGBUS,
  type VmFault,
} from '../../model/include/linux/vm_fault';
import { lock_page, unlock_page } from '../../model/include/linux/pagemap';
import { load, store, type Steps } from '../../model/machine/op';
import {
  add_to_page_cache_lru,
  delete_from_page_cache,
  filemap_fault,
  filemap_page_mkwrite,
  find_get_page,
  find_lock_page,
  pagevec_lookup,
  pagevec_release,
} from '../../model/mm/filemap';
import { alloc_page } from '../../model/mm/page_alloc';
import { lru_add_drain, put_page } from '../../model/mm/swap';
import { SwapBench } from './support/swap';

const EEXIST = 17;

/** A vma of mm 0 that maps the file, mmap_sem held for reading once. */
function mapped(bench: SwapBench, mapping: number): number {
  const vma = bench.kernel.vmas;
  bench.set(vma + vm_area_struct.offset.vm_mm, bench.kernel.mmAt(0));
  bench.set(vma + vm_area_struct.offset.vm_file, mapping);
  bench.set(bench.kernel.mmAt(0) + mm_struct.offset.mmap_sem, 1);
  return vma;
}
const mmapSem = (bench: SwapBench): number =>
  bench.word(bench.kernel.mmAt(0) + mm_struct.offset.mmap_sem);

/** A fault on page `pgoff`. */
const fault = (pgoff: number, flags = 0): VmFault => ({ flags, pgoff, page: 0 });

/** A page of the file in its cache, up to date and unlocked, referenced by the cache alone. */
function cachedPage(bench: SwapBench, mapping: number, index: number): number {
  const page = bench.run(alloc_page(bench.cpu()));
  expect(bench.run(add_to_page_cache_lru(bench.cpu(), page, mapping, index))).toBe(0);
  bench.run(lru_add_drain(bench.cpu()));
  bench.flags(page, 'PG_uptodate');
  bench.run(unlock_page(page));
  bench.put(page);
  return page;
}

describe('add_to_page_cache_lru', () => {
  it('gives a locked page with the cache as a holder', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = bench.run(alloc_page(bench.cpu()));
    expect(bench.run(add_to_page_cache_lru(bench.cpu(), page, mapping, 2))).toBe(0);
    expect([bench.tree(mapping, 2), bench.word(page + Page.mapping)]).toEqual([page, mapping]);
    expect([bench.word(page + Page.index), bench.has(page, 'PG_locked')]).toEqual([2, true]);
    // The caller, the cache, the pagevec.
    expect([bench.count(page), bench.stat('NR_FILE_PAGES')]).toEqual([3, 1]);
    expect(bench.word(mapping + address_space.offset.nrpages)).toBe(1);
  });

  it('refuses a slot that is taken, and the page is as before', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    cachedPage(bench, mapping, 2);
    const page = bench.run(alloc_page(bench.cpu()));
    expect(bench.run(add_to_page_cache_lru(bench.cpu(), page, mapping, 2))).toBe(-EEXIST);
    expect([bench.count(page), bench.word(page + Page.mapping)]).toEqual([1, 0]);
    expect(bench.has(page, 'PG_locked')).toBe(false);
  });
});

describe('find_get_page', () => {
  it('takes a reference to what it finds', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 1);
    expect(bench.run(find_get_page(bench.cpu(), mapping, 1))).toBe(page);
    expect(bench.count(page)).toBe(2);
    expect(bench.run(find_get_page(bench.cpu(), mapping, 0))).toBe(0);
  });

  it('against removal, freeing and reuse of the frame gives that page or none, never another', () => {
    const bench = new SwapBench({ cpus: 2, frames: 2 });
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 1);
    // The removal needs a reference of its own, as its callers have.
    bench.set(page + Page._count, 2);
    const remove = function* (): Steps<number> {
      yield lock_page(page);
      yield* delete_from_page_cache(bench.cpu(0), page);
      yield* unlock_page(page);
      yield* put_page(bench.cpu(0), page);
      // The only frame there is: what comes back is the same one, if it is free by now.
      return yield* alloc_page(bench.cpu(0));
    };
    const seen = bench.outcomes(
      [remove, () => find_get_page(bench.cpu(1), mapping, 1)],
      ([reused, found]) => {
        const text = [reused === 0 ? 'kept' : 'reused', found === 0 ? 'none' : 'found'];
        return [...text, bench.count(page), bench.complaints().join()].join(' ');
      },
    );
    expect(seen).toEqual(['kept found 1 ', 'kept none 0 ', 'reused none 1 ']);
  });

  it('spins for ever on a page that was freed while it was in the cache', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 1);
    bench.set(page + Page._count, 0);
    const faults = bench.faultsOf(find_get_page(bench.cpu(), mapping, 1));
    expect(faults[0]!.what).toContain('soft lockup');
  });
});

describe('find_lock_page', () => {
  it('gives nothing if the page was truncated while it waited for the lock', () => {
    const bench = new SwapBench({ cpus: 2 });
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 1);
    bench.lock(page);
    bench.set(page + Page._count, 2);
    const truncate = function* (): Steps {
      yield* delete_from_page_cache(bench.cpu(0), page);
      yield* unlock_page(page);
      yield* put_page(bench.cpu(0), page);
    };
    const frames = bench.freeFrames;
    const seen = bench.outcomes(
      [truncate, () => find_lock_page(bench.cpu(1), mapping, 1)],
      ([, found]) => `${found === 0} ${bench.freeFrames - frames}`,
    );
    expect(seen).toEqual(['true 1']);
  });
});

describe('pagevec_lookup', () => {
  it('gives pages in order, as many as the range has room for and a pagevec holds', () => {
    const bench = new SwapBench({ pagevecSize: 2 });
    const mapping = bench.file('file', 8);
    const pages = [0, 2, 3, 5].map((index) => cachedPage(bench, mapping, index));
    const found = bench.run(pagevec_lookup(bench.cpu(), mapping, 1, 8));
    expect(found).toEqual([
      { index: 2, page: pages[1] },
      { index: 3, page: pages[2] },
    ]);
    expect(bench.count(pages[1]!)).toBe(2);
    bench.run(pagevec_release(bench.cpu(), found));
    expect(bench.count(pages[1]!)).toBe(1);
    expect(bench.run(pagevec_lookup(bench.cpu(), mapping, 5, 5))).toEqual([]);
    expect(bench.run(pagevec_lookup(bench.cpu(), mapping, 6, 8))).toEqual([]);
  });

  // mm/truncate.c: min(end - index, PAGEVEC_SIZE) pages, which mm/filemap.c find_get_pages does not bound.
  it('gives and holds what lies behind a range with gaps', () => {
    const bench = new SwapBench({ pagevecSize: 2 });
    const mapping = bench.file('file', 8);
    const pages = [0, 2, 3, 5].map((index) => cachedPage(bench, mapping, index));
    const look = (index: number, end: number) =>
      bench.run(pagevec_lookup(bench.cpu(), mapping, index, end)).map((found) => found.index);
    expect([look(1, 2), look(4, 2)]).toEqual([[2], [5]]);
    expect(pages.map((page) => bench.count(page))).toEqual([1, 2, 1, 2]);
  });
});

describe('filemap_fault', () => {
  it('reads a page that is not in the cache, and gives it locked', () => {
    const bench = new SwapBench();
    const vma = mapped(bench, bench.file());
    const vmf = fault(2);
    const ret = bench.run(filemap_fault(bench.cpu(), vma, vmf));
    expect(ret).toBe(VM_FAULT_MAJOR | VM_FAULT_LOCKED);
    expect(bench.contents(vmf.page)).toEqual([21, 22]);
    expect([bench.has(vmf.page, 'PG_locked'), bench.has(vmf.page, 'PG_uptodate')]).toEqual([
      true,
      true,
    ]);
    expect([bench.event('PGMAJFAULT'), mmapSem(bench)]).toEqual([1, 1]);
  });

  it('finds a cached page without reading', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 2);
    const vmf = fault(2);
    expect(bench.run(filemap_fault(bench.cpu(), mapped(bench, mapping), vmf))).toBe(
      VM_FAULT_LOCKED,
    );
    expect([vmf.page, bench.count(page), bench.event('PGMAJFAULT')]).toEqual([page, 2, 0]);
  });

  it('is SIGBUS beyond the end of the file', () => {
    const bench = new SwapBench();
    const vma = mapped(bench, bench.file('file', 2));
    expect(bench.run(filemap_fault(bench.cpu(), vma, fault(2)))).toBe(VM_FAULT_SIGBUS);
  });

  it('is SIGBUS if the file was shortened during the fault, and holds nothing then', () => {
    const bench = new SwapBench({ cpus: 2 });
    const mapping = bench.file('file', 3);
    const page = cachedPage(bench, mapping, 2);
    const vma = mapped(bench, mapping);
    const shorten = function* (): Steps {
      yield store(mapping + address_space.offset.size, 2);
    };
    const seen = bench.outcomes(
      [() => filemap_fault(bench.cpu(0), vma, fault(2)), shorten],
      ([ret]) => `${String(ret)} ${bench.count(page)} ${bench.has(page, 'PG_locked')}`,
    );
    expect(seen).toEqual([`${VM_FAULT_SIGBUS} 1 false`, `${VM_FAULT_LOCKED} 2 true`]);
  });

  it('looks at the size again once it has the page lock', () => {
    const bench = new SwapBench({ cpus: 2 });
    const mapping = bench.file('file', 3);
    const page = cachedPage(bench, mapping, 2);
    bench.lock(page);
    const vma = mapped(bench, mapping);
    const shorten = function* (): Steps {
      yield store(mapping + address_space.offset.size, 2);
      yield* unlock_page(page);
    };
    const tasks = [() => filemap_fault(bench.cpu(0), vma, fault(2)), shorten];
    expect(bench.outcomes(tasks, ([ret]) => String(ret))).toEqual([String(VM_FAULT_SIGBUS)]);
  });

  it('takes another page if the one it waited for has left the file', () => {
    const bench = new SwapBench({ cpus: 2 });
    const mapping = bench.file('file', 3);
    const page = cachedPage(bench, mapping, 2);
    bench.lock(page);
    bench.set(page + Page._count, 2);
    const vma = mapped(bench, mapping);
    const remove = function* (): Steps {
      yield* delete_from_page_cache(bench.cpu(1), page);
      yield* unlock_page(page);
      yield* put_page(bench.cpu(1), page);
    };
    const vmf = fault(2);
    const seen = bench.outcomes([() => filemap_fault(bench.cpu(0), vma, vmf), remove], ([ret]) =>
      [
        (ret as number) & VM_FAULT_LOCKED ? 'locked' : 'failed',
        bench.word(vmf.page + Page.mapping) === mapping,
        bench.contents(vmf.page).join(),
        bench.complaints().join(),
      ].join(' '),
    );
    expect(seen).toEqual(['locked true 21,22 ']);
  });

  it('with ALLOW_RETRY drops mmap_sem for a locked page, and comes back without it', () => {
    const bench = new SwapBench({ cpus: 2 });
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 2);
    bench.lock(page);
    const vma = mapped(bench, mapping);
    const holder = function* (): Steps<number> {
      const seen = yield load(bench.kernel.mmAt(0) + mm_struct.offset.mmap_sem);
      yield* unlock_page(page);
      return seen;
    };
    const seen = bench.outcomes(
      [() => filemap_fault(bench.cpu(0), vma, fault(2, FAULT_FLAG_ALLOW_RETRY)), holder],
      ([ret, held]) => `${String(ret)} ${String(held)} ${mmapSem(bench)} ${bench.count(page)}`,
    );
    expect(seen).toEqual([
      `${VM_FAULT_RETRY} 0 0 1`,
      `${VM_FAULT_RETRY} 1 0 1`,
      `${VM_FAULT_LOCKED} 1 1 2`,
    ]);
  });

  it('with RETRY_NOWAIT keeps mmap_sem', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    bench.lock(cachedPage(bench, mapping, 2));
    const flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
    const vma = mapped(bench, mapping);
    expect(bench.run(filemap_fault(bench.cpu(), vma, fault(2, flags)))).toBe(VM_FAULT_RETRY);
    expect(mmapSem(bench)).toBe(1);
  });

  it('is SIGBUS when reading fails twice, and leaves an unlocked page behind', () => {
    const bench = new SwapBench({ readsFail: true });
    const mapping = bench.file();
    const vma = mapped(bench, mapping);
    const seen = bench.outcomes([() => filemap_fault(bench.cpu(), vma, fault(2))], ([ret]) => {
      const page = bench.tree(mapping, 2);
      return `${String(ret)} ${bench.has(page, 'PG_locked')} ${bench.count(page)}`;
    });
    const found = VM_FAULT_LOCKED | VM_FAULT_MAJOR;
    expect(seen).toEqual([`${VM_FAULT_SIGBUS} false 2`, `${found} true 3`]);
  });

  it('takes the error of the first read off before it reads again', () => {
    const bench = new SwapBench({ readsFail: true });
    const mapping = bench.file();
    const vma = mapped(bench, mapping);
    const seen = bench.outcomes([() => filemap_fault(bench.cpu(), vma, fault(2))], ([ret]) => {
      const page = bench.tree(mapping, 2);
      return `${ret !== VM_FAULT_SIGBUS} ${bench.has(page, 'PG_error')}`;
    });
    expect(seen).toEqual(['false true', 'true false']);
  });

  it('is OOM when there is no memory', () => {
    const bench = new SwapBench({ allocationsFail: true });
    const mapping = bench.file();
    const vma = mapped(bench, mapping);
    const frames = bench.freeFrames;
    const seen = bench.outcomes([() => filemap_fault(bench.cpu(), vma, fault(2))], ([ret]) =>
      [ret, frames - bench.freeFrames].join(' '),
    );
    expect(seen).toEqual([`${VM_FAULT_OOM} 0`, `${VM_FAULT_LOCKED | VM_FAULT_MAJOR} 1`]);
  });

  it('two CPUs that fault on one page get the same', () => {
    const bench = new SwapBench({ cpus: 2, frames: 8 });
    const mapping = bench.file();
    const vma = mapped(bench, mapping);
    const tasks = [0, 1].map((id) => {
      const vmf = fault(2);
      return function* (): Steps<number> {
        const ret = yield* filemap_fault(bench.cpu(id), vma, vmf);
        yield* unlock_page(vmf.page);
        return ret & VM_FAULT_LOCKED ? vmf.page : 0;
      };
    });
    const seen = bench.outcomes(tasks, ([a, b]) => `${a === b} ${bench.count(a as number)}`);
    expect(seen).toEqual(['true 4']);
  });
});

describe('filemap_page_mkwrite', () => {
  it('gives the page dirty and locked', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 2);
    const vmf = { ...fault(2), page };
    const vma = mapped(bench, mapping);
    expect(bench.run(filemap_page_mkwrite(bench.cpu(), vma, vmf))).toBe(VM_FAULT_LOCKED);
    expect([bench.has(page, 'PG_dirty'), bench.has(page, 'PG_locked')]).toEqual([true, true]);
    expect(bench.stat('NR_FILE_DIRTY')).toBe(1);
  });

  it('is NOPAGE for a page that has left the file', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = bench.page('PG_uptodate');
    const vma = mapped(bench, mapping);
    expect(bench.run(filemap_page_mkwrite(bench.cpu(), vma, { ...fault(2), page }))).toBe(
      VM_FAULT_NOPAGE,
    );
    expect([bench.has(page, 'PG_dirty'), bench.has(page, 'PG_locked')]).toEqual([false, false]);
  });
});

describe('delete_from_page_cache', () => {
  it('takes a dirty page out of the count of dirty ones, and leaves its index', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 2);
    const vmf = { ...fault(2), page };
    bench.run(filemap_page_mkwrite(bench.cpu(), mapped(bench, mapping), vmf));
    bench.set(page + Page._count, 2);
    bench.run(delete_from_page_cache(bench.cpu(), page));
    expect([bench.stat('NR_FILE_DIRTY'), bench.stat('NR_FILE_PAGES')]).toEqual([0, 0]);
    expect([bench.word(page + Page.mapping), bench.word(page + Page.index)]).toEqual([0, 2]);
    expect(bench.tree(mapping, 2)).toBe(0);
  });

  it('is a BUG for a page that is mapped, or not locked', () => {
    const bench = new SwapBench();
    const mapping = bench.file();
    const page = cachedPage(bench, mapping, 2);
    expect(bench.faultsOf(delete_from_page_cache(bench.cpu(), page))[0]!.what).toBe(
      '!PageLocked(page)',
    );
    bench.lock(page);
    bench.set(page + Page._mapcount, 0);
    expect(bench.faultsOf(delete_from_page_cache(bench.cpu(), page))[0]!.what).toBe(
      'page_mapped(page)',
    );
  });
});
