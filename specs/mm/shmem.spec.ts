/** mm/shmem.c: tmpfs and shared anonymous memory, in the page cache and in swap. */
import { writepage } from '../../model/fs/aops';
import { do_truncate } from '../../model/fs/open';
import { Page, address_space, mm_struct } from '../../model/include/linux/mm_types';
import { AOP_WRITEPAGE_ACTIVATE } from '../../model/include/linux/fs';
import { swp_to_radix_entry } from '../../model/include/linux/swapops';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { completeWriteback } from '../../model/mm/page_io';
import { lru_add_drain } from '../../model/mm/swap';
import { swapoff } from '../../model/mm/swapfile';
import { reclaimInactive } from '../../model/mm/vmscan';
import { boot, type Programs } from './support/boot';
import { kept } from './support/process';
import { preemptedOutcomes } from './support/outcomes';
import type { KernelConfig } from '../../model/state/config';

const HAS_CACHE = 0x40;
const SHMEM = 0xbf;

/** Process 0 maps a tmpfs file of two pages shared at 0, and has written [7, 0] to its page 1. */
function withTmpfs(config: Partial<KernelConfig> = {}): {
  p: Programs;
  mapping: number;
  page: number;
} {
  const p = boot({ cpus: 2, ...config });
  const mapping = p.file('tmpfs', 2);
  p.map(0, 2, { kind: 'shared-tmpfs', mapping });
  p.write(1, 7);
  p.run(lru_add_drain(p.cpu()));
  return { p, mapping, page: p.pageAt(1) };
}
const tree = (p: Programs, mapping: number): number => p.word(p.kernel.pageTree(mapping, 1));
const byte = (p: Programs, offset: number): number => p.word(p.kernel.swap_map + offset * 4);

/** Moves the page to swap as reclaim does: unmapped, not dirty any more, locked. */
function toSwap(p: Programs, page: number): number {
  p.munmap(0, 2);
  p.set(page + Page.PG_locked, -1);
  p.set(page + Page.PG_dirty, 0);
  return p.run(writepage(p.cpu(), p.word(page + Page.mapping), page));
}

describe('a fault', () => {
  it('gives a page of zeros that is swap-backed, clean and not anonymous', () => {
    const { p, mapping } = withTmpfs();
    expect(p.read(0)).toBe(0);
    const page = p.pageAt(0);
    expect(
      ['PG_swapbacked', 'PG_uptodate', 'PG_dirty'].map((f) => p.has(page, f as 'PG_dirty')),
    ).toEqual([true, true, false]);
    expect(p.word(page + Page.mapping)).toBe(mapping);
    expect(p.word(p.mm() + mm_struct.offset.rss_file)).toBe(2);
  });

  it('gives zeros from a frame that held something', () => {
    const { p } = withTmpfs();
    for (let pfn = 1; pfn < p.kernel.config.frames; pfn++) {
      const frame = p.kernel.pageAt(pfn);
      if (p.word(frame + Page.free)) p.set(frame + Page.content0, 99);
    }
    expect(p.read(0)).toBe(0);
  });

  it('takes back the page it made if the file was shortened meanwhile', () => {
    const { p, mapping } = withTmpfs();
    const first = p.kernel.pageTree(mapping, 0);
    const frames = p.stat('NR_FREE_PAGES');
    const { steps, result } = kept(userRead(p.task(), 0, 0));
    const task = p.start(steps);
    p.go(task, () => p.word(first) !== 0);
    p.set(mapping + address_space.offset.size, 0);
    p.go(task);
    expect([result()!.signal, p.word(first)]).toEqual(['SIGBUS', 0]);
    p.run(lru_add_drain(p.cpu()));
    expect([p.stat('NR_FREE_PAGES'), p.kernel.machine.faults.length]).toEqual([frames, 0]);
  });

  it('is SIGBUS beyond the end of the file', () => {
    const { p, mapping } = withTmpfs();
    p.run(do_truncate(p.cpu(), mapping, 1));
    expect(p.read(1)).toBe('SIGBUS');
  });

  it('kills for want of memory, and keeps none', () => {
    const p = boot({ frames: 2 });
    p.map(0, 2, { kind: 'shared-tmpfs', mapping: p.file('tmpfs', 2) });
    p.write(0, 1);
    expect(p.write(1, 1)).toBe('SIGKILL');
  });

  it('a store makes the page dirty, a load of another process sees it', () => {
    const { p, page } = withTmpfs();
    expect(p.has(page, 'PG_dirty')).toBe(true);
    p.fork();
    expect(p.read(1, { process: 1, cpu: 1 })).toBe(7);
  });
});

describe('shmem_writepage', () => {
  it('moves the page to the swap cache and leaves its entry in the file', () => {
    const { p, mapping, page } = withTmpfs();
    expect(toSwap(p, page)).toBe(0);
    expect([p.has(page, 'PG_swapcache'), p.has(page, 'PG_writeback')]).toEqual([true, true]);
    expect(byte(p, 1)).toBe(HAS_CACHE | SHMEM);
    expect(tree(p, mapping)).toBe(swp_to_radix_entry(1));
    expect([p.word(page + Page.mapping), p.word(page + Page.private)]).toEqual([0, 1]);
    expect(p.word(mapping + address_space.offset.nrpages)).toBe(0);
    // The swap cache counts as file pages too.
    expect(p.stat('NR_FILE_PAGES')).toBe(1);
  });

  it('without swap keeps the page, dirty and locked', () => {
    const { p, mapping, page } = withTmpfs({ swapSlots: 0 });
    expect(toSwap(p, page)).toBe(AOP_WRITEPAGE_ACTIVATE);
    expect([p.has(page, 'PG_dirty'), p.has(page, 'PG_locked')]).toEqual([true, true]);
    expect(tree(p, mapping)).toBe(page);
  });
});

describe('a swapped page', () => {
  function swapped(): { p: Programs; mapping: number; page: number } {
    const made = withTmpfs();
    toSwap(made.p, made.page);
    made.p.run(completeWriteback(made.p.cpu(), false));
    made.p.map(0, 2, { kind: 'shared-tmpfs', mapping: made.mapping });
    return made;
  }

  // mm/shmem.c shmem_delete_from_page_cache, mm/filemap.c __delete_from_page_cache.
  it('is shmem only while it is in its file', () => {
    const { p, mapping, page } = withTmpfs();
    const shmem = [p.stat('NR_SHMEM')];
    toSwap(p, page);
    p.run(completeWriteback(p.cpu(), false));
    shmem.push(p.stat('NR_SHMEM'));
    p.map(0, 2, { kind: 'shared-tmpfs', mapping });
    p.read(1);
    shmem.push(p.stat('NR_SHMEM'));
    p.run(do_truncate(p.cpu(), mapping, 0));
    expect([...shmem, p.stat('NR_SHMEM')]).toEqual([1, 0, 1, 0]);
  });

  it('comes back from the swap cache, dirty, and its slot is free', () => {
    const { p, mapping, page } = swapped();
    const free = p.word(p.kernel.nr_swap_pages);
    expect(p.read(1)).toBe(7);
    expect([p.pageAt(1), tree(p, mapping)]).toEqual([page, page]);
    expect([p.has(page, 'PG_dirty'), p.has(page, 'PG_swapcache'), byte(p, 1)]).toEqual([
      true,
      false,
      0,
    ]);
    expect(p.word(p.kernel.nr_swap_pages)).toBe(free + 1);
    expect(p.event('PSWPIN')).toBe(0);
  });

  it('is read when reclaim has dropped it from the swap cache', () => {
    const { p, page } = swapped();
    p.run(lru_add_drain(p.cpu()));
    p.set(page + Page.PG_referenced, 0);
    expect(p.run(reclaimInactive(p.cpu(), 'anon', 4))).toBe(1);
    expect(byte(p, 1)).toBe(SHMEM);
    expect(p.read(1)).toBe(7);
    expect([p.event('PSWPIN'), p.event('PGMAJFAULT'), byte(p, 1)]).toEqual([1, 1, 0]);
  });

  it('goes with a truncation, slot and all', () => {
    const { p, mapping } = swapped();
    const frames = p.stat('NR_FREE_PAGES');
    p.run(do_truncate(p.cpu(), mapping, 1));
    expect([tree(p, mapping), byte(p, 1), p.stat('NR_FREE_PAGES')]).toEqual([0, 0, frames + 1]);
  });

  it('two faults at once give one page with the data', () => {
    const { p, mapping } = swapped();
    const tasks = [
      () => userRead(p.task(0, 0), 1, 0),
      () => userWrite(p.task(0, 1), 1, 1, 9),
    ] as const;
    const seen = preemptedOutcomes(p.kernel, tasks, ([read]) => {
      const { value } = read as { value: number };
      return `${value} ${p.contents(tree(p, mapping)).join()} ${byte(p, 1)} ${p.unlocked}`;
    });
    expect(seen).toEqual(['7 7,9 0 true']);
  });

  it('a fault against a truncation ends in the data or in SIGBUS, and leaks nothing', () => {
    const { p, mapping } = swapped();
    const truncate = () => do_truncate(p.cpu(0), mapping, 1);
    const read = () => userRead(p.task(0, 1), 1, 0);
    const observe = ([access]: readonly unknown[]): string => {
      const { value, signal } = access as { value: number; signal?: string };
      return [signal ?? value, tree(p, mapping), byte(p, 1), p.unlocked].join(' ');
    };
    const seen = preemptedOutcomes(p.kernel, [read, truncate], observe);
    const other = preemptedOutcomes(p.kernel, [truncate, read], ([r, access]) =>
      observe([access, r]),
    );
    // A page that is locked while its entry is freed stays in the swap cache until reclaim finds it.
    const left = [...new Set([...seen, ...other])].sort();
    expect(left).toEqual(['7 0 0 true', 'SIGBUS 0 0 true', `SIGBUS 0 ${HAS_CACHE} true`]);
  });

  it('comes back to its file at swapoff', () => {
    const { p, mapping, page } = swapped();
    expect(p.run(swapoff(p.cpu()))).toBe(0);
    expect([tree(p, mapping), p.has(page, 'PG_dirty')]).toEqual([page, true]);
    expect([byte(p, 1), p.has(page, 'PG_swapcache'), p.has(page, 'PG_locked')]).toEqual([
      0,
      false,
      false,
    ]);
    expect(p.read(1)).toBe(7);
  });
});
