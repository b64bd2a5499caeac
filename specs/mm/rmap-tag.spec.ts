import type { HunkId } from '../../model/features/hunk-id';
import { anon_vma, Page } from '../../model/include/linux/mm_types';
import type { Steps } from '../../model/machine/op';
import { page_get_anon_vma, page_lock_anon_vma_read } from '../../model/mm/rmap';
import type { Cpu } from '../../model/state/cpu';
import type { KernelConfig } from '../../model/state/config';
import { kept, Processes } from './support/process';

// Rests on mm/rmap.c page_get_anon_vma and page_lock_anon_vma_read, and on hunks 1, 2, 9, 22 to 24.

const TAG: readonly HunkId[] = ['p3/include/linux/mm/PAGE_MAPPING_LZFREE'];
const IS_ANON: HunkId = 'p3/mm/rmap/is_anon_vma';

interface Way {
  readonly call: (cpu: Cpu, page: number) => Steps<number>;
  readonly p1: HunkId;
  readonly p3: HunkId;
}
const ways: Record<string, Way> = {
  page_get_anon_vma: {
    call: page_get_anon_vma,
    p1: 'p1/mm/rmap/page_get_anon_vma',
    p3: 'p3/mm/rmap/page_get_anon_vma',
  },
  page_lock_anon_vma_read: {
    call: page_lock_anon_vma_read,
    p1: 'p1/mm/rmap/page_lock_anon_vma_read',
    p3: 'p3/mm/rmap/page_lock_anon_vma_read',
  },
};

/** A kernel with one mapped anonymous page. */
function withPage(hunks: readonly HunkId[], config: Partial<KernelConfig> = {}) {
  const bench = new Processes(config, hunks);
  const vma = bench.map(1, 2);
  const page = bench.anonPage(1);
  return { bench, page, anonVma: bench.anonVmaOf(vma) };
}

describe.each(Object.entries(ways))('%s', (name, { call, p1, p3 }) => {
  const all = [...TAG, IS_ANON, p1, p3];

  it.each([
    ['base', []],
    ['p1', [p1]],
    ['the series', all],
  ])('finds the anon_vma of a page with the plain tag in %s', (_variant, hunks) => {
    const { bench, page, anonVma } = withPage(hunks as HunkId[]);
    expect(bench.word(page + Page.mapping)).toBe(anonVma + 1);
    expect(bench.run(call(bench.cpu(), page))).toBe(anonVma);
  });

  it('finds the anon_vma of a lazyfree page in the series', () => {
    const { bench, page, anonVma } = withPage(all);
    bench.set(page + Page.mapping, anonVma + 5);
    expect(bench.run(call(bench.cpu(), page))).toBe(anonVma);
  });

  it('does not find it with the wider mask alone', () => {
    const { bench, page, anonVma } = withPage([...TAG, p1]);
    bench.set(page + Page.mapping, anonVma + 5);
    expect(bench.run(call(bench.cpu(), page))).toBe(0);
  });

  it('dereferences a pointer with the tag bit left in it without p1', () => {
    const { bench, page, anonVma } = withPage([...TAG, IS_ANON, p3]);
    bench.set(page + Page.mapping, anonVma + 5);
    const faults = bench.faultsOf(call(bench.cpu(), page));
    expect(faults).toEqual([
      {
        kind: 'oops',
        where: `mm/rmap.c ${name}`,
        what: 'no anon_vma at this address: 4 bytes into one',
      },
    ]);
  });

  it('cuts off a bit of the address where anon_vmas are 4-aligned', () => {
    const aligned = withPage(all, { slabAlign: 4 });
    expect(aligned.anonVma % 8).toBe(4);
    const faults = aligned.bench.faultsOf(call(aligned.bench.cpu(), aligned.page));
    expect(faults.map((fault) => fault.kind)).toEqual(['oops']);
    const base = withPage([], { slabAlign: 4 });
    expect(base.bench.run(call(base.bench.cpu(), base.page))).toBe(base.anonVma);
  });

  it.each([
    ['a KSM page', 3],
    ['a file page', 0],
    ['a KSM page marked lazyfree', 7],
  ])('answers NULL for %s', (_kind, tag) => {
    for (const hunks of tag === 7 ? [all] : [[], all]) {
      const { bench, page, anonVma } = withPage(hunks);
      bench.set(page + Page.mapping, anonVma + tag);
      expect(bench.run(call(bench.cpu(), page))).toBe(0);
    }
  });

  it('answers NULL for a page that is not mapped', () => {
    const { bench, page, anonVma } = withPage(all);
    bench.set(page + Page._mapcount, -1);
    expect(bench.run(call(bench.cpu(), page))).toBe(0);
    expect(bench.refcount(anonVma)).toBe(1);
  });

  it('survives a page that becomes lazyfree between its two looks at the mapping', () => {
    const { bench, page, anonVma } = withPage(all);
    const { steps, result } = kept(call(bench.cpu(), page));
    const task = bench.start(steps);
    bench.kernel.machine.step(task, 0);
    bench.set(page + Page.mapping, anonVma + 5);
    bench.go(task);
    expect(result()).toBe(anonVma);
  });
});

describe('page_get_anon_vma', () => {
  it('takes a reference and no lock', () => {
    const { bench, page, anonVma } = withPage([]);
    bench.run(page_get_anon_vma(bench.cpu(), page));
    expect(bench.refcount(anonVma)).toBe(2);
    expect(bench.word(anonVma + anon_vma.offset.rwsem)).toBe(0);
  });

  it('drops the reference if the page was unmapped in the meantime', () => {
    const { bench, page, anonVma } = withPage([]);
    const { steps, result } = kept(page_get_anon_vma(bench.cpu(), page));
    const task = bench.start(steps);
    bench.go(task, () => bench.refcount(anonVma) === 2);
    bench.set(page + Page._mapcount, -1);
    bench.go(task);
    expect(result()).toBe(0);
    expect(bench.refcount(anonVma)).toBe(1);
  });

  it('does not revive an anon_vma that nobody refers to', () => {
    const { bench, page, anonVma } = withPage([]);
    bench.set(anonVma + anon_vma.offset.refcount, 0);
    expect(bench.run(page_get_anon_vma(bench.cpu(), page))).toBe(0);
    expect(bench.refcount(anonVma)).toBe(0);
  });
});

describe('page_lock_anon_vma_read', () => {
  it('holds the lock of the root, without a reference', () => {
    const { bench, page, anonVma } = withPage([]);
    bench.run(page_lock_anon_vma_read(bench.cpu(), page));
    expect(bench.word(anonVma + anon_vma.offset.rwsem)).toBe(1);
    expect(bench.refcount(anonVma)).toBe(1);
  });

  it('sleeps with a reference while the lock is held for writing', () => {
    const { bench, page, anonVma } = withPage([]);
    const rwsem = anonVma + anon_vma.offset.rwsem;
    bench.set(rwsem, -1);
    const { steps, result } = kept(page_lock_anon_vma_read(bench.cpu(), page));
    const task = bench.start(steps);
    bench.go(task);
    expect(bench.ended(task)).toBe(false);
    expect(bench.refcount(anonVma)).toBe(2);
    bench.set(rwsem, 0);
    bench.go(task);
    expect(result()).toBe(anonVma);
    expect([bench.refcount(anonVma), bench.word(rwsem)]).toEqual([1, 1]);
  });

  it('frees the anon_vma if it slept with the last reference', () => {
    const { bench, page, anonVma } = withPage([]);
    const rwsem = anonVma + anon_vma.offset.rwsem;
    bench.set(rwsem, -1);
    const { steps, result } = kept(page_lock_anon_vma_read(bench.cpu(), page));
    const task = bench.start(steps);
    bench.go(task);
    bench.set(anonVma + anon_vma.offset.refcount, 1);
    bench.set(rwsem, 0);
    bench.go(task);
    expect(result()).toBe(0);
    expect(bench.word(anonVma + anon_vma.offset.used)).toBe(0);
    expect(bench.word(rwsem)).toBe(0);
  });

  it('drops the lock again if the page was unmapped in the meantime', () => {
    const { bench, page, anonVma } = withPage([]);
    const rwsem = anonVma + anon_vma.offset.rwsem;
    const { steps, result } = kept(page_lock_anon_vma_read(bench.cpu(), page));
    const task = bench.start(steps);
    bench.go(task, () => bench.word(rwsem) === 1);
    bench.set(page + Page._mapcount, -1);
    bench.go(task);
    expect([result(), bench.word(rwsem)]).toEqual([0, 0]);
  });
});
