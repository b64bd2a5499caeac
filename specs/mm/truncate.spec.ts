/** mm/truncate.c, fs/open.c: what truncation, holes and invalidation take, and what they leave. */
import { Page, address_space } from '../../model/include/linux/mm_types';
import { doFallocateHole, do_truncate } from '../../model/fs/open';
import { store, type Steps } from '../../model/machine/op';
import { completeWriteback } from '../../model/mm/page_io';
import { set_page_dirty } from '../../model/mm/page-writeback';
import { lru_add_drain } from '../../model/mm/swap';
import {
  invalidate_inode_pages2,
  invalidate_mapping_pages,
  truncate_inode_pages,
} from '../../model/mm/truncate';
import { mpage_writepage } from '../../model/fs/mpage';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { boot, type Programs } from './support/boot';
import { outcomesOf, preemptedOutcomes } from './support/outcomes';

const EBUSY = 16;

/** Process 0 maps a file of four pages privately at 0 and shared at 8; all its pages are read in. */
function withFile(kind: 'file' | 'tmpfs' = 'file', cpus = 1): { p: Programs; mapping: number } {
  const p = boot({ cpus, frames: 32 });
  const mapping = p.file(kind);
  p.map(0, 4, { kind: `private-${kind}`, mapping });
  p.map(8, 4, { kind: `shared-${kind}`, mapping });
  for (let index = 0; index < 4; index++) p.read(8 + index);
  p.run(lru_add_drain(p.cpu()));
  return { p, mapping };
}
const cached = (p: Programs, mapping: number): boolean[] =>
  [0, 1, 2, 3].map((index) => p.word(p.kernel.pageTree(mapping, index)) !== 0);
const pageOf = (p: Programs, mapping: number, index: number): number =>
  p.word(p.kernel.pageTree(mapping, index));
const present = (p: Programs, from: number): boolean[] =>
  [0, 1, 2, 3].map((index) => p.pte(from + index) !== 0);

describe('do_truncate', () => {
  it.each(['file', 'tmpfs'] as const)(
    'unmaps and frees the pages of a %s beyond its new end',
    (kind) => {
      const { p, mapping } = withFile(kind);
      const frames = p.stat('NR_FREE_PAGES');
      p.run(do_truncate(p.cpu(), mapping, 2));
      expect(cached(p, mapping)).toEqual([true, true, false, false]);
      expect(present(p, 8)).toEqual([true, true, false, false]);
      expect(p.stat('NR_FREE_PAGES')).toBe(frames + 2);
      expect([p.read(9), p.read(10)]).toEqual([kind === 'file' ? 11 : 0, 'SIGBUS']);
      expect(p.unlocked).toBe(true);
    },
  );

  it.each(['file', 'tmpfs'] as const)('takes private copies of a %s too', (kind) => {
    const { p, mapping } = withFile(kind);
    for (let index = 0; index < 4; index++) p.write(index, 90 + index);
    p.run(do_truncate(p.cpu(), mapping, 2));
    expect(present(p, 0)).toEqual([true, true, false, false]);
    expect([p.read(1), p.read(2)]).toEqual([91, 'SIGBUS']);
  });

  it('takes swapped private copies, and their slots', () => {
    const { p, mapping } = withFile();
    p.write(3, 93);
    p.swapOut(3);
    const free = p.word(p.kernel.nr_swap_pages);
    p.run(do_truncate(p.cpu(), mapping, 2));
    expect(present(p, 0)).toEqual([false, false, false, false]);
    expect(p.word(p.kernel.nr_swap_pages)).toBe(free + 1);
  });

  it('a file that grows again reads as zeros there', () => {
    const { p, mapping } = withFile();
    p.run(do_truncate(p.cpu(), mapping, 2));
    p.run(do_truncate(p.cpu(), mapping, 4));
    expect([p.read(9), p.read(10)]).toEqual([11, 0]);
  });

  it('waits for write-back, and drops the dirt of what it takes', () => {
    const { p, mapping } = withFile('file', 2);
    const page = pageOf(p, mapping, 3);
    p.run(set_page_dirty(p.cpu(), pageOf(p, mapping, 2)));
    p.set(page + Page.PG_locked, -1);
    p.run(mpage_writepage(p.cpu(), page));
    const seen = outcomesOf(
      p.kernel,
      [() => do_truncate(p.cpu(0), mapping, 2), () => completeWriteback(p.cpu(1), false)],
      (results) =>
        [...results, cached(p, mapping).join(), p.kernel.machine.faults.length].join(' '),
    );
    expect(seen).toEqual(['0 1 true,true,false,false 0']);
  });

  it('against a store to a private mapping leaves no copy behind', () => {
    const { p, mapping } = withFile('file', 2);
    const write = () => userWrite(p.task(0, 1), 2, 0, 77);
    const truncate = () => do_truncate(p.cpu(0), mapping, 2);
    const seen = preemptedOutcomes(p.kernel, [write, truncate], ([access]) => {
      const { signal } = access as { signal?: string };
      return `${signal ?? 'stored'} ${present(p, 0)[2]} ${p.unlocked}`;
    });
    expect(seen).toEqual(['SIGBUS false true', 'stored false true']);
  });
});

describe('a hole', () => {
  it.each(['file', 'tmpfs'] as const)(
    'in a %s takes its pages and leaves private copies',
    (kind) => {
      const { p, mapping } = withFile(kind);
      p.write(1, 91);
      p.write(2, 92);
      p.swapOut(2);
      p.run(doFallocateHole(p.cpu(), mapping, 1, 2));
      expect(cached(p, mapping)).toEqual([true, false, false, true]);
      expect([p.read(1), p.read(2)]).toEqual([91, 92]);
      expect([p.read(9), p.read(10)]).toEqual([0, 0]);
    },
  );
});

describe('truncate_inode_pages', () => {
  it('leaves alone what is below the offset', () => {
    const { p, mapping } = withFile();
    p.run(truncate_inode_pages(p.cpu(), mapping, 3));
    expect(cached(p, mapping)).toEqual([true, true, true, false]);
  });

  it('keeps a page that somebody holds, clean and out of the file', () => {
    const { p, mapping } = withFile();
    const page = pageOf(p, mapping, 3);
    p.run(set_page_dirty(p.cpu(), page));
    p.set(page + Page._count, p.count(page) + 1);
    p.run(truncate_inode_pages(p.cpu(), mapping, 3));
    expect([p.count(page), p.word(page + Page.mapping)]).toEqual([1, 0]);
    expect([p.has(page, 'PG_dirty'), p.stat('NR_FILE_DIRTY')]).toEqual([false, 0]);
  });
});

describe('invalidate_inode_pages2', () => {
  it('unmaps and drops clean pages, also held ones; private copies stay', () => {
    const { p, mapping } = withFile();
    p.write(1, 91);
    const page = pageOf(p, mapping, 3);
    p.set(page + Page._count, p.count(page) + 1);
    expect(p.run(invalidate_inode_pages2(p.cpu(), mapping))).toBe(0);
    expect(cached(p, mapping)).toEqual([false, false, false, false]);
    expect(present(p, 8)).toEqual([false, false, false, false]);
    expect([p.read(1), p.read(9)]).toEqual([91, 11]);
  });

  it('is -EBUSY for a dirty page, which stays in the file; the others go', () => {
    const { p, mapping } = withFile();
    p.write(9, 55);
    expect(p.run(invalidate_inode_pages2(p.cpu(), mapping))).toBe(-EBUSY);
    expect(cached(p, mapping)).toEqual([false, true, false, false]);
    expect(present(p, 8)).toEqual([false, false, false, false]);
    expect(p.read(9)).toBe(55);
  });

  it('makes later reads see what is on the disk by then', () => {
    const { p, mapping } = withFile();
    p.set(p.kernel.disk(mapping, 2, 0), 500);
    expect(p.read(10)).toBe(21);
    p.run(invalidate_inode_pages2(p.cpu(), mapping));
    expect(p.read(10)).toBe(500);
  });
});

describe('invalidate_mapping_pages', () => {
  it('drops what is clean, unlocked and unmapped, and sends the rest to the inactive tail', () => {
    const { p, mapping } = withFile();
    p.munmap(8, 4);
    const pages = [0, 1, 2, 3].map((index) => pageOf(p, mapping, index));
    p.run(set_page_dirty(p.cpu(), pages[0]!));
    p.set(pages[1]! + Page.PG_locked, -1);
    p.read(2);
    expect(p.run(invalidate_mapping_pages(p.cpu(), mapping, 0, 4))).toBe(1);
    expect(cached(p, mapping)).toEqual([true, true, true, false]);
    p.run(lru_add_drain(p.cpu()));
    // A mapped page is left where it is; a dirty one is marked.
    expect([p.has(pages[0]!, 'PG_reclaim'), p.event('PGROTATED')]).toEqual([true, 0]);
  });
});

it('reclaim writes nothing of a page beyond the end of the file', () => {
  const { p, mapping } = withFile();
  const page = pageOf(p, mapping, 3);
  p.set(mapping + address_space.offset.size, 3);
  p.set(page + Page.PG_locked, -1);
  p.run(mpage_writepage(p.cpu(), page));
  expect([p.has(page, 'PG_writeback'), p.has(page, 'PG_locked')]).toEqual([false, false]);
});

it('a read that races with truncation ends in the data or in SIGBUS', () => {
  const { p, mapping } = withFile('file', 2);
  const shorten = function* (): Steps {
    yield store(mapping + address_space.offset.size, 2);
    yield* truncate_inode_pages(p.cpu(0), mapping, 2);
  };
  const read = () => userRead(p.task(0, 1), 2, 0);
  const seen = preemptedOutcomes(p.kernel, [read, shorten], ([access]) => {
    const { value, signal } = access as { value: number; signal?: string };
    return signal ?? String(value);
  });
  expect(seen).toEqual(['21', 'SIGBUS']);
});

// mm/truncate.c truncate_inode_pages_range, mm/shmem.c shmem_undo_range: what the lookup finds behind the
// hole is let go of by pagevec_release, which is __pagevec_release, and that drains the CPU's pagevecs.
it.each(['file', 'tmpfs'] as const)(
  "a hole in a %s that has no page puts those behind it from the CPU's pagevec on their list",
  (kind) => {
    const p = boot({ frames: 32 });
    const mapping = p.file(kind);
    p.map(0, 4, { kind: `shared-${kind}`, mapping });
    p.read(2);
    const page = pageOf(p, mapping, 2);
    const before = [p.has(page, 'PG_lru'), p.count(page)];
    p.run(doFallocateHole(p.cpu(), mapping, 0, 1));
    expect([...before, p.has(page, 'PG_lru'), p.count(page)]).toEqual([false, 3, true, 2]);
  },
);
