import { EBUSY, EIO } from '../../model/include/uapi/asm-generic/errno-base';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { unlock, type Steps } from '../../model/machine/op';
import type { Ptr } from '../../model/machine/struct';
import { ksmdScan } from '../../model/mm/ksm';
import {
  memory_failure,
  MF_COUNT_INCREASED,
  MF_MUST_KILL,
  soft_offline_page,
} from '../../model/mm/memory-failure';
import { sys_mlock } from '../../model/mm/mlock';
import { alloc_page } from '../../model/mm/page_alloc';
import { lru_add_drain } from '../../model/mm/swap';
import type { KernelConfig } from '../../model/state/config';
import { boot, type Hunks, type Programs } from './support/boot';

// Rests on mm/memory-failure.c and section 16 of the facts.

const AT = 4;
const SIGBUS = 1 << 7;
const SIGKILL = 1 << 9;

/** Process 0 with 7 in a page, drained to the LRU. */
function written(config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs {
  const bench = boot({ frames: 32, ...config }, hunks);
  bench.map(AT, 4);
  bench.write(AT, 7);
  bench.run(lru_add_drain(bench.cpu()));
  return bench;
}

const fail = (bench: Programs, page: Ptr, flags = 0): number =>
  bench.run(memory_failure(bench.cpu(), page, flags));
const signals = (bench: Programs, process = 0): number =>
  bench.word(bench.mm(process) + mm_struct.offset.signals);

describe('memory_failure', () => {
  it('takes an anonymous page from its users, who meet SIGBUS on their next access', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    expect(fail(bench, page)).toBe(0);
    expect([bench.at(AT).state, bench.rss().anon]).toEqual(['hwpoison', 0]);
    expect([bench.has(page, 'PG_hwpoison'), bench.has(page, 'PG_lru')]).toEqual([true, false]);
    expect([bench.count(page), bench.has(page, 'PG_locked')]).toEqual([1, false]);
    expect(bench.read(AT)).toBe('SIGBUS');
  });

  it('never lets the frame be used again', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    fail(bench, page);
    bench.munmap(AT, 4);
    expect([bench.stat('NR_FREE_PAGES'), bench.kernel.machine.faults]).toEqual([30, []]);
  });

  it('says 0 for a page that is poisoned already, and for a free one, which goes when it is met', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    fail(bench, page);
    expect(fail(bench, page)).toBe(0);
    const free = bench.kernel.pageAt(2);
    expect(fail(bench, free)).toBe(0);
    const taken: Ptr[] = [];
    for (let next = 1; next !== 0; taken.push(next)) next = bench.run(alloc_page(bench.cpu()));
    expect(taken).not.toContain(free);
    expect(bench.kernel.machine.faults).toEqual([]);
  });

  it('empties pagevecs to find the page on the LRU, and gives up on one that is elsewhere', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 2);
    bench.write(AT, 7);
    expect(fail(bench, bench.pageAt(AT))).toBe(0);
    const kernelPage = bench.run(alloc_page(bench.cpu()));
    expect([fail(bench, kernelPage), bench.count(kernelPage)]).toEqual([-EBUSY, 1]);
  });

  it('fails while somebody else holds the page', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page._count, 2);
    expect(fail(bench, page)).toBe(-EBUSY);
    expect(bench.at(AT).state).toBe('hwpoison');
  });

  it('does not touch KSM pages', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 2);
    bench.advise(AT, 2, 'MERGEABLE');
    for (const at of [AT, AT + 1]) bench.write(at, 7);
    for (let i = 0; i < 2; i++) bench.run(ksmdScan(bench.cpu(), 9));
    bench.run(lru_add_drain(bench.cpu()));
    const page = bench.pageAt(AT);
    expect([fail(bench, page), bench.read(AT), bench.has(page, 'PG_locked')]).toEqual([
      -EBUSY,
      7,
      false,
    ]);
  });

  it('unmaps an mlocked page as well, but finds it referenced: munlocking put it in a pagevec', () => {
    const bench = written();
    bench.run(sys_mlock(bench.task(), AT * 4096, 4096));
    expect(fail(bench, bench.pageAt(AT))).toBe(-EBUSY);
    expect([bench.at(AT).state, bench.stat('NR_MLOCK')]).toEqual(['hwpoison', 0]);
  });

  it('splits a huge page and takes the small one', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 4);
    bench.advise(AT, 4, 'HUGEPAGE');
    bench.write(AT, 7);
    bench.run(lru_add_drain(bench.cpu()));
    const page = bench.at(AT + 2).page;
    expect(fail(bench, page)).toBe(0);
    expect([bench.at(AT + 2).state, bench.read(AT), bench.rss().anon]).toEqual(['hwpoison', 7, 3]);
    expect([bench.has(page, 'PG_locked'), bench.has(bench.pageAt(AT), 'PG_locked')]).toEqual([
      false,
      false,
    ]);
  });

  it('waits for write-back', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_writeback, -1);
    const task = bench.start(memory_failure(bench.cpu(), page));
    bench.go(task);
    expect([bench.ended(task), bench.at(AT).state]).toEqual([false, 'present']);
    bench.run(ending(page + Page.PG_writeback));
    bench.go(task);
    expect([bench.ended(task), bench.at(AT).state]).toEqual([true, 'hwpoison']);
  });
});

function* ending(word: Ptr): Steps {
  yield unlock(word);
}

describe('memory_failure of a page in the swap cache', () => {
  /** Swapped out and read in again, so clean; the slot holds the same. */
  function cached(): { bench: Programs; page: Ptr; slot: number } {
    const bench = written();
    const page = bench.swapOut(AT);
    const { slot } = bench.at(AT);
    [7, 0].forEach((value, part) => bench.set(bench.kernel.swapSlot(slot, part), value));
    bench.read(AT);
    bench.run(lru_add_drain(bench.cpu()));
    return { bench, page, slot };
  }

  it('drops a clean one: the good copy is in swap', () => {
    const { bench, page, slot } = cached();
    bench.set(page + Page.PG_dirty, 0);
    expect(fail(bench, page)).toBe(0);
    expect([bench.at(AT).state, bench.at(AT).slot]).toEqual(['swapped', slot]);
    expect([bench.read(AT), bench.pageAt(AT) === page]).toEqual([7, false]);
  });

  it('keeps a dirty one there, for the next fault to find', () => {
    const { bench, page, slot } = cached();
    bench.set(page + Page.PG_dirty, 1);
    expect(fail(bench, page)).toBe(0);
    expect(bench.word(bench.kernel.swapper_space + slot * 4)).toBe(page);
    expect([bench.at(AT).state, bench.read(AT)]).toEqual(['swapped', 'SIGBUS']);
  });
});

describe('memory_failure of a page of a file', () => {
  function mapped(): { bench: Programs; page: Ptr } {
    const bench = boot({ frames: 32 });
    bench.map(AT, 2, { kind: 'shared-file', mapping: bench.file() });
    bench.read(AT);
    bench.run(lru_add_drain(bench.cpu()));
    return { bench, page: bench.pageAt(AT) };
  }

  it('drops a clean one without a trace: it is read anew', () => {
    const { bench, page } = mapped();
    expect([fail(bench, page), bench.at(AT).state]).toEqual([0, 'none']);
    expect([bench.read(AT), bench.pageAt(AT) === page]).toEqual([1, false]);
  });

  it('takes a dirty one from its users, a dirty pte counting', () => {
    const { bench, page } = mapped();
    bench.write(AT, 9);
    expect([fail(bench, page), bench.at(AT).state]).toEqual([0, 'hwpoison']);
    expect([bench.read(AT), bench.rss().file]).toEqual(['SIGBUS', 0]);
  });
});

describe('who is told of a memory failure', () => {
  const early = { memoryFailureEarlyKill: true } as const;

  it('is nobody, before an access, unless early kill is on', () => {
    const bench = written();
    fail(bench, bench.pageAt(AT));
    expect(signals(bench)).toBe(0);
  });

  it('is every process that maps the dirty page, by SIGBUS', () => {
    const bench = written(early);
    bench.fork();
    fail(bench, bench.pageAt(AT));
    expect([signals(bench), signals(bench, 1)]).toEqual([SIGBUS, SIGBUS]);
  });

  it('is nobody if the page is clean, unless it must be', () => {
    const clean = written(early);
    clean.setPte(AT, clean.pte(AT) & ~(1 << 6));
    fail(clean, clean.pageAt(AT));
    expect(signals(clean)).toBe(0);
    const must = written(early);
    must.setPte(AT, must.pte(AT) & ~(1 << 6));
    fail(must, must.pageAt(AT), MF_MUST_KILL);
    expect(signals(must)).toBe(SIGBUS);
  });

  it('is killed outright if its page cannot be found where its vma says', () => {
    const bench = written(early, 'original');
    bench.advise(AT, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    bench.write(AT, 8);
    const page = bench.pageAt(AT);
    expect(bench.word(page + Page.mapping) & 7).toBe(5);
    expect([fail(bench, page), signals(bench)]).toEqual([0, SIGKILL]);
  });

  it('is told nothing of a lazyfree page that was not written again', () => {
    const bench = written(early, 'original');
    bench.advise(AT, 1, 'FREE');
    bench.run(lru_add_drain(bench.cpu()));
    expect([fail(bench, bench.pageAt(AT)), signals(bench)]).toEqual([0, 0]);
    expect(bench.at(AT).state).toBe('hwpoison');
  });
});

describe('soft_offline_page', () => {
  const offline = (bench: Programs, page: Ptr, flags = 0): number =>
    bench.run(soft_offline_page(bench.cpu(), page, flags));

  it('moves what is in the page elsewhere and keeps the frame out of use', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    expect(offline(bench, page)).toBe(0);
    expect([bench.read(AT), bench.pageAt(AT) === page]).toEqual([7, false]);
    expect([bench.has(page, 'PG_hwpoison'), bench.count(page)]).toEqual([true, 0]);
    const taken: Ptr[] = [];
    for (let next = 1; next !== 0; taken.push(next)) next = bench.run(alloc_page(bench.cpu()));
    expect(taken).not.toContain(page);
    expect([bench.word(page + Page.isolate), bench.stat('NR_ISOLATED_ANON')]).toEqual([0, 0]);
  });

  it('takes over the reference of its caller', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page._count, 2);
    expect([offline(bench, page, MF_COUNT_INCREASED), bench.count(page)]).toEqual([0, 0]);
  });

  it('gives up on a pinned page with EIO, on a poisoned one with EBUSY', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page._count, 2);
    expect([offline(bench, page), bench.pageAt(AT)]).toEqual([-EIO, page]);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.count(page)).toBe(2);
    bench.set(page + Page.PG_hwpoison, 1);
    expect(offline(bench, page)).toBe(-EBUSY);
  });

  it('drops a clean, unmapped page of a file', () => {
    const bench = boot({ frames: 32 });
    const mapping = bench.file();
    bench.map(AT, 1, { kind: 'shared-file', mapping });
    bench.read(AT);
    const page = bench.pageAt(AT);
    bench.munmap(AT, 1);
    bench.run(lru_add_drain(bench.cpu()));
    expect([offline(bench, page), bench.word(bench.kernel.pageTree(mapping, 0))]).toEqual([0, 0]);
    expect(bench.has(page, 'PG_hwpoison')).toBe(true);
  });

  it('poisons a free frame', () => {
    const bench = written();
    const free = bench.kernel.pageAt(2);
    expect([offline(bench, free), bench.has(free, 'PG_hwpoison')]).toEqual([0, true]);
  });

  it('splits a huge page and moves the small one', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 4);
    bench.advise(AT, 4, 'HUGEPAGE');
    bench.write(AT + 1, 7);
    bench.run(lru_add_drain(bench.cpu()));
    const { page } = bench.at(AT + 1);
    expect([offline(bench, page), bench.read(AT + 1)]).toEqual([0, 7]);
    expect([bench.at(AT).huge, bench.pageAt(AT + 1) === page]).toEqual([false, false]);
  });
});
