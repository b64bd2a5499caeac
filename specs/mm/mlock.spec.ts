import { EINVAL, ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import { mmput } from '../../model/kernel/fork';
import { unlock, type Steps } from '../../model/machine/op';
import type { Ptr } from '../../model/machine/struct';
import { mlock_vma_page, munlock_vma_page, sys_mlock, sys_munlock } from '../../model/mm/mlock';
import { lru_add_drain } from '../../model/mm/swap';
import type { KernelConfig } from '../../model/state/config';
import { boot, type Hunks, type Programs } from './support/boot';

// Rests on mm/mlock.c and section 16 of the facts.

const PAGE = 4096;
const AT = 4;

const mlock = (bench: Programs, start: number, pages: number, process = 0): number =>
  bench.run(sys_mlock(bench.task(process), start * PAGE, pages * PAGE));
const munlock = (bench: Programs, start: number, pages: number, process = 0): number =>
  bench.run(sys_munlock(bench.task(process), start * PAGE, pages * PAGE));

/** Process 0 with an area of 4 pages, the first of which holds 7. */
function written(config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs {
  const bench = boot({ frames: 32, ...config }, hunks);
  bench.map(AT, 4);
  bench.write(AT, 7);
  return bench;
}

const lockedVm = (bench: Programs, process = 0): number =>
  bench.word(bench.mm(process) + mm_struct.offset.locked_vm);
const borders = (bench: Programs) =>
  bench.vmas().map(({ start, end, flags }) => [start, end, (flags & VM_LOCKED) !== 0]);
const counts = (bench: Programs): number[] => [
  bench.stat('NR_MLOCK'),
  bench.stat('NR_UNEVICTABLE'),
];
const anonLru = (bench: Programs): number =>
  bench.stat('NR_ACTIVE_ANON') + bench.stat('NR_INACTIVE_ANON');

describe('mlock', () => {
  it('makes every page of the range present and unevictable', () => {
    const bench = written();
    expect(mlock(bench, AT, 4)).toBe(0);
    expect([bench.rss().anon, lockedVm(bench), counts(bench)]).toEqual([4, 4, [4, 4]]);
    for (let at = AT; at < AT + 4; at++) {
      const page = bench.pageAt(at);
      expect([bench.has(page, 'PG_mlocked'), bench.has(page, 'PG_unevictable')]).toEqual([
        true,
        true,
      ]);
      expect([bench.count(page), bench.has(page, 'PG_locked')]).toEqual([1, false]);
    }
    expect([bench.read(AT), bench.unlocked]).toEqual([7, true]);
  });

  it('breaks copy-on-write of a private writable page, and leaves no zero page', () => {
    const bench = written();
    expect(bench.read(AT + 1)).toBe(0);
    bench.fork();
    const shared = bench.pageAt(AT);
    mlock(bench, AT, 2);
    expect([bench.pageAt(AT) === shared, bench.at(AT).write]).toEqual([false, true]);
    expect(bench.pageAt(AT + 1)).not.toBe(bench.kernel.zeroPage);
  });

  it('does not write to shared memory that it makes present', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 2, { kind: 'shared-file', mapping: bench.file() });
    expect(mlock(bench, AT, 1)).toBe(0);
    expect(bench.at(AT)).toMatchObject({ state: 'present', dirty: false });
    expect(bench.has(bench.pageAt(AT), 'PG_mlocked')).toBe(true);
  });

  it('takes a part of a mapping for a vma of its own, and munlock joins them again', () => {
    const bench = written();
    mlock(bench, AT + 1, 2);
    expect(borders(bench)).toEqual([
      [4, 5, false],
      [5, 7, true],
      [7, 8, false],
    ]);
    munlock(bench, AT + 1, 2);
    expect([borders(bench), lockedVm(bench)]).toEqual([[[4, 8, false]], 0]);
  });

  it('stops at a hole with ENOMEM; what came before stays locked, but nothing is populated', () => {
    const bench = written();
    bench.munmap(AT + 2, 1);
    expect(mlock(bench, AT, 4)).toBe(-ENOMEM);
    expect([borders(bench)[0], bench.at(AT + 1).state]).toEqual([[4, 6, true], 'none']);
    expect(mlock(bench, AT + 2, 1)).toBe(-ENOMEM);
  });

  it('rounds to whole pages, and locks nothing of nothing', () => {
    const bench = written();
    expect(bench.run(sys_mlock(bench.task(), AT * PAGE + 4095, 2))).toBe(0);
    expect(lockedVm(bench)).toBe(2);
    expect([mlock(bench, 0, 0), lockedVm(bench)]).toEqual([0, 2]);
  });

  it.each(['pfn', 'hugetlb', 'vdso'] as const)('leaves %s mappings as they are', (kind) => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 1, { kind });
    expect([mlock(bench, AT, 1), lockedVm(bench)]).toEqual([0, 0]);
    expect(bench.vmas()[0]!.flags & VM_LOCKED).toBe(0);
  });

  it('marks a PROT_NONE mapping, but cannot populate it', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 2, { prot: 0 });
    expect([mlock(bench, AT, 2), lockedVm(bench)]).toEqual([-ENOMEM, 2]);
  });

  it('passes over a page that somebody has locked', () => {
    const bench = written();
    bench.set(bench.pageAt(AT) + Page.PG_locked, -1);
    expect([mlock(bench, AT, 1), counts(bench)]).toEqual([0, [0, 0]]);
  });

  it('counts a huge page by its small ones', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 4);
    bench.advise(AT, 4, 'HUGEPAGE');
    bench.write(AT, 7);
    mlock(bench, AT, 4);
    expect(counts(bench)).toEqual([4, 4]);
    munlock(bench, AT, 4);
    bench.run(lru_add_drain(bench.cpu()));
    expect([counts(bench), anonLru(bench), bench.at(AT).huge]).toEqual([[0, 0], 4, true]);
  });

  it('makes MADV_DONTNEED and MADV_FREE fail', () => {
    const bench = written({}, 'original');
    mlock(bench, AT, 1);
    expect([bench.advise(AT, 1, 'DONTNEED'), bench.advise(AT, 1, 'FREE')]).toEqual([
      -EINVAL,
      -EINVAL,
    ]);
  });

  it('of a lazyfree page keeps the tag, and marks the page dirty as any writing pin does', () => {
    const bench = written({}, 'original');
    bench.run(lru_add_drain(bench.cpu()));
    bench.advise(AT, 1, 'FREE');
    const page = bench.pageAt(AT);
    expect(bench.has(page, 'PG_dirty')).toBe(false);
    mlock(bench, AT, 1);
    expect(bench.word(page + Page.mapping) & 7).toBe(5);
    expect([bench.has(page, 'PG_dirty'), bench.at(AT).dirty, counts(bench)]).toEqual([
      true,
      false,
      [1, 1],
    ]);
  });
});

describe('mlock_vma_page', () => {
  it('marks a page that is off the LRU, and leaves its list to others', () => {
    const bench = written();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_locked, -1);
    bench.run(mlock_vma_page(bench.cpu(), page));
    expect([bench.has(page, 'PG_mlocked'), counts(bench)]).toEqual([true, [1, 0]]);
    bench.run(mlock_vma_page(bench.cpu(), page));
    expect(counts(bench)).toEqual([1, 0]);
    expect(bench.run(munlock_vma_page(bench.cpu(), page))).toBe(0);
    expect([counts(bench), bench.event('UNEVICTABLE_PGMUNLOCKED')]).toEqual([[0, 0], 1]);
  });
});

describe('munlock', () => {
  function locked(pages = 1): Programs {
    const bench = written();
    mlock(bench, AT, pages);
    return bench;
  }

  it('brings the pages back to the LRU list of their kind', () => {
    const bench = locked(3);
    expect(munlock(bench, AT, 3)).toBe(0);
    expect([counts(bench), anonLru(bench), lockedVm(bench)]).toEqual([[0, 0], 3, 0]);
    expect(bench.count(bench.pageAt(AT))).toBe(1);
    expect(bench.event('UNEVICTABLE_PGMUNLOCKED')).toBe(3);
  });

  // mm/mlock.c __munlock_pagevec, phase 1: pagevec_release, which is __pagevec_release unless it is empty.
  it.each([
    ['drains this CPU when it lets go of a page that is not mlocked', false],
    ['drains nothing when every page goes on to be munlocked', true],
  ])('%s', (_title, mlocked) => {
    const bench = locked();
    if (!mlocked) bench.set(bench.pageAt(AT) + Page.PG_mlocked, 0);
    bench.map(AT + 8, 1);
    bench.write(AT + 8, 9);
    const waiting = bench.pageAt(AT + 8);
    expect(bench.has(waiting, 'PG_lru')).toBe(false);
    munlock(bench, AT, 1);
    expect([bench.has(waiting, 'PG_lru'), bench.unlocked]).toEqual([!mlocked, true]);
  });

  it('takes the flag away without the page lock, and then waits for the lock', () => {
    const bench = locked();
    const page = bench.pageAt(AT);
    bench.set(page + Page.PG_locked, -1);
    const task = bench.start(sys_munlock(bench.task(), AT * PAGE, PAGE));
    bench.go(task);
    expect([bench.ended(task), bench.has(page, 'PG_mlocked'), bench.has(page, 'PG_lru')]).toEqual([
      false,
      false,
      false,
    ]);
    bench.run(unlocking(page));
    bench.go(task);
    expect([bench.ended(task), counts(bench), anonLru(bench)]).toEqual([true, [0, 0], 1]);
  });

  it('leaves a page mlocked that another process has locked', () => {
    const bench = boot({ frames: 32 });
    bench.map(AT, 1, { kind: 'shared-anon' });
    bench.write(AT, 7);
    bench.fork();
    mlock(bench, AT, 1);
    mlock(bench, AT, 1, 1);
    const page = bench.pageAt(AT);
    expect([bench.mapcount(page), counts(bench)]).toEqual([2, [1, 1]]);
    munlock(bench, AT, 1);
    expect([bench.has(page, 'PG_mlocked'), counts(bench)]).toEqual([true, [1, 1]]);
    munlock(bench, AT, 1, 1);
    bench.run(lru_add_drain(bench.cpu()));
    expect(counts(bench)).toEqual([0, 0]);
  });

  it('does not pass over pages behind one that is missing', () => {
    const bench = locked(4);
    const page = bench.pageAt(AT + 3);
    bench.setPte(AT + 1, 0);
    munlock(bench, AT, 4);
    expect([bench.has(page, 'PG_mlocked'), bench.count(page)]).toEqual([false, 1]);
  });

  it('comes before the pages go in munmap and exit, so that none is lost', () => {
    const unmapped = locked(2);
    expect(unmapped.munmap(AT, 4)).toBe(0);
    expect([counts(unmapped), unmapped.stat('NR_FREE_PAGES')]).toEqual([[0, 0], 31]);
    const gone = locked(2);
    gone.run(mmput(gone.cpu(), gone.mm()));
    expect([counts(gone), gone.stat('NR_FREE_PAGES')]).toEqual([[0, 0], 31]);
    expect(gone.kernel.machine.faults).toEqual([]);
  });

  it('is not inherited by a child', () => {
    const bench = locked();
    bench.fork();
    expect([lockedVm(bench, 1), bench.vmas(1)[0]!.flags & VM_LOCKED]).toEqual([0, 0]);
  });
});

function* unlocking(page: Ptr): Steps {
  yield unlock(page + Page.PG_locked);
}
