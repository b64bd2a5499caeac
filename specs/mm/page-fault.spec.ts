import { pte_soft_dirty, pte_special } from '../../model/arch/x86/include/asm/pgtable';
import { PMD_TABLE } from '../../model/arch/x86/include/asm/pgtable-pmd';
import { SIGNAL_NUMBER } from '../../model/arch/x86/mm/fault';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { VM_READ } from '../../model/include/linux/vm_flags';
import { boot } from './support/boot';

// Rests on arch/x86/mm/fault.c __do_page_fault and mm/memory.c __handle_mm_fault, handle_pte_fault,
// do_anonymous_page, __do_fault.

const A = 1;

describe('an access', () => {
  it('where nothing is mapped is SIGSEGV', () => {
    const k = boot();
    k.map(A, 1);
    expect([k.read(A + 1), k.write(A + 1, 7), k.read(99)]).toEqual(Array(3).fill('SIGSEGV'));
    expect(k.unlocked).toBe(true);
  });

  it('that the vma forbids is SIGSEGV', () => {
    const k = boot();
    k.map(A, 1, { prot: VM_READ });
    expect([k.read(A), k.write(A, 7)]).toEqual([0, 'SIGSEGV']);
    k.map(A + 2, 1, { prot: 0 });
    expect([k.read(A + 2), k.write(A + 2, 7)]).toEqual(['SIGSEGV', 'SIGSEGV']);
  });

  it('without memory kills the process, and frees mmap_sem', () => {
    const k = boot({ frames: 2 });
    k.map(A, 3);
    const signals = [0, 1, 2].map((i) => k.write(A + i, 7));
    expect(signals).toEqual([undefined, 'SIGKILL', 'SIGKILL']);
    expect(k.unlocked).toBe(true);
  });

  it('of a process that was sent a signal does not happen', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    k.set(k.mm() + mm_struct.offset.signals, 1 << SIGNAL_NUMBER.SIGBUS);
    expect(k.read(A)).toBe('SIGBUS');
    expect(k.contents(k.pageAt(A))).toEqual([7, 0]);
  });

  it('counts one PGFAULT for each fault, none for a hit', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    k.write(A, 8);
    k.read(A);
    expect(k.event('PGFAULT')).toBe(1);
  });

  it('waits for mmap_sem while it is held for writing', () => {
    const k = boot();
    k.map(A, 1);
    k.set(k.mm() + mm_struct.offset.mmap_sem, -1);
    const task = k.start(userWrite(k.task(), A, 0, 7));
    k.go(task);
    expect(k.ended(task)).toBe(false);
  });
});

describe('do_anonymous_page', () => {
  it('maps the zero page for a load: special, counted nowhere', () => {
    const k = boot();
    k.map(A, 1);
    const free = k.stat('NR_FREE_PAGES');
    expect(k.read(A)).toBe(0);
    expect(k.at(A)).toMatchObject({ page: k.kernel.zeroPage, write: false, dirty: false });
    expect(pte_special(k.pte(A))).toBe(true);
    expect([k.rss().anon, k.stat('NR_FREE_PAGES')]).toEqual([0, free]);
  });

  it('maps a new page for a store: dirty, writable, active, on no list yet', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7, { part: 1 });
    const page = k.pageAt(A);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true, young: true });
    expect(pte_soft_dirty(k.pte(A))).toBe(true);
    expect(k.contents(page)).toEqual([0, 7]);
    expect([k.has(page, 'PG_dirty'), k.has(page, 'PG_active'), k.has(page, 'PG_lru')]).toEqual([
      false,
      true,
      false,
    ]);
    expect([k.count(page), k.mapcount(page), k.rss().anon]).toEqual([2, 1, 1]);
  });

  it('replaces the zero page at the first store', () => {
    const k = boot();
    k.map(A, 1);
    k.read(A);
    k.write(A, 7);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true });
    expect([k.read(A), k.rss().anon]).toEqual([7, 1]);
  });

  it('gives its page back if another thread was first', () => {
    const k = boot({ cpus: 2 });
    k.map(A, 1);
    const free = k.stat('NR_FREE_PAGES');
    const late = k.start(userWrite(k.task(0, 0), A, 0, 7));
    k.go(late, () => k.stat('NR_FREE_PAGES') < free);
    k.write(A, 8, { cpu: 1, part: 1 });
    k.go(late);
    expect(k.contents(k.pageAt(A))).toEqual([7, 8]);
    expect([k.rss().anon, k.stat('NR_FREE_PAGES')]).toEqual([1, free - 1]);
  });

  it('makes a page table where there is none', () => {
    const k = boot();
    k.map(A, 1);
    expect(k.word(k.kernel.pmd(k.mm(), A))).toBe(0);
    k.read(A);
    expect(k.word(k.kernel.pmd(k.mm(), A))).toBe(PMD_TABLE);
  });

  it('serves a private mapping of /dev/zero: a file without operations', () => {
    const k = boot();
    k.map(A, 1, { kind: 'private-zero' });
    expect(k.read(A)).toBe(0);
    k.write(A, 7);
    expect([k.read(A), k.rss().anon]).toEqual([7, 1]);
  });
});

describe('a stack', () => {
  const stack = (start: number) => {
    const k = boot();
    k.map(start, 2, { kind: 'stack' });
    return k;
  };

  it('grows when its first page is touched', () => {
    const k = stack(5);
    k.write(5, 7);
    expect(k.vmas().map(({ start, end }) => [start, end])).toEqual([[4, 7]]);
  });

  it('grows to an address below it', () => {
    const k = stack(5);
    expect(k.write(3, 7)).toBeUndefined();
    expect(k.vmas()[0]!.start).toBe(2);
  });

  it('may not touch its first page right above another mapping', () => {
    const k = stack(5);
    k.map(4, 1);
    expect(k.write(5, 7)).toBe('SIGBUS');
    expect(k.write(6, 7)).toBeUndefined();
  });
});

describe('__do_fault', () => {
  it('maps the page of the file that belongs at the address', () => {
    const k = boot();
    const mapping = k.file('file', 6);
    k.map(A, 2, { kind: 'shared-file', mapping, pgoff: 3 });
    expect([k.read(A), k.read(A + 1, { part: 1 })]).toEqual([31, 42]);
    expect(k.rss().file).toBe(2);
    expect(k.at(A)).toMatchObject({ write: false, dirty: false, young: true });
  });

  it('is SIGBUS beyond the end of the file', () => {
    const k = boot();
    k.map(A, 4, { kind: 'shared-file', mapping: k.file('file', 2) });
    expect([k.read(A + 1), k.read(A + 2), k.write(A + 3, 7)]).toEqual([11, 'SIGBUS', 'SIGBUS']);
  });

  it('lets a shared store reach the page cache, and dirties the page', () => {
    const k = boot();
    const mapping = k.file('file', 2);
    k.map(A, 2, { kind: 'shared-file', mapping });
    k.write(A, 7);
    const page = k.pageAt(A);
    expect(k.word(k.kernel.pageTree(mapping, 0))).toBe(page);
    expect(k.has(page, 'PG_dirty')).toBe(true);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true });
  });

  it('announces the first store to a page that was mapped for reading', () => {
    const k = boot();
    k.map(A, 1, { kind: 'shared-file', mapping: k.file('file', 2) });
    k.read(A);
    expect(k.at(A).write).toBe(false);
    k.write(A, 7);
    expect(k.has(k.pageAt(A), 'PG_dirty')).toBe(true);
    expect(k.read(A)).toBe(7);
    expect(k.rss()).toMatchObject({ anon: 0, file: 1 });
  });

  it('maps tmpfs writable at once: nobody counts its dirty pages', () => {
    const k = boot();
    k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs', 2) });
    expect(k.read(A)).toBe(0);
    expect(k.at(A).write).toBe(true);
  });

  it('copies for a private store: an anonymous page, the file unchanged', () => {
    const k = boot();
    const mapping = k.file('file', 2);
    k.map(A, 2, { kind: 'private-file', mapping });
    k.write(A, 7);
    const page = k.pageAt(A);
    expect(k.contents(page)).toEqual([7, 2]);
    expect(k.word(page + Page.mapping) & 1).toBe(1);
    expect(k.rss()).toMatchObject({ anon: 1, file: 0 });
    const cached = k.word(k.kernel.pageTree(mapping, 0));
    expect([k.contents(cached), k.count(cached) >= 1, k.mapcount(cached)]).toEqual([
      [1, 2],
      true,
      0,
    ]);
  });

  it('copies a file page that a private mapping had read', () => {
    const k = boot();
    k.map(A, 1, { kind: 'private-file', mapping: k.file('file', 2) });
    k.read(A);
    k.write(A, 7);
    expect(k.rss()).toMatchObject({ anon: 1, file: 0 });
    expect(k.contents(k.pageAt(A))).toEqual([7, 2]);
  });

  it('maps the page that a nonlinear pte names, and is SIGBUS where the vma is linear', () => {
    const fault = (kind: 'nonlinear-file' | 'shared-tmpfs') => {
      const k = boot();
      k.map(A, 2, { kind, mapping: k.file('tmpfs', 4) });
      k.write(A + 1, 8);
      k.setPte(A, (1 << 12) | (1 << 6));
      return k.read(A);
    };
    expect([fault('nonlinear-file'), fault('shared-tmpfs')]).toEqual([8, 'SIGBUS']);
  });

  it('maps the page of a special mapping, which has no file', () => {
    const k = boot();
    k.map(A, 1, { kind: 'vdso', prot: VM_READ });
    expect(k.read(A)).toBe(0);
    expect(k.has(k.pageAt(A), 'PG_reserved')).toBe(true);
  });

  it('maps device memory without a page of its own', () => {
    const k = boot();
    k.map(A, 1, { kind: 'pfn', mapping: k.file('pfn', 2) });
    k.write(A, 7);
    expect([k.read(A), k.rss().file, pte_special(k.pte(A))]).toEqual([7, 0, true]);
  });

  it('maps hugetlb pages without any count', () => {
    const k = boot();
    k.map(A, 2, { kind: 'hugetlb', mapping: k.file('hugetlbfs', 2) });
    k.write(A, 7);
    expect([k.read(A), k.read(A + 1)]).toEqual([7, 0]);
    expect(k.rss()).toEqual({ anon: 0, file: 0, swap: 0 });
    k.munmap(A, 2);
    expect(k.unlocked).toBe(true);
  });

  it('backs out if the pte has changed', () => {
    const k = boot({ cpus: 2 });
    const mapping = k.file('file', 2);
    k.map(A, 1, { kind: 'private-file', mapping });
    const late = k.start(userRead(k.task(0, 0), A, 0));
    // Up to the moment when the page is in the cache, locked by this fault.
    k.go(late, () => {
      const page = k.word(k.kernel.pageTree(mapping, 0));
      return page !== 0 && k.has(page, 'PG_uptodate') && !k.has(page, 'PG_locked');
    });
    k.write(A, 7, { cpu: 1 });
    k.go(late);
    const cached = k.word(k.kernel.pageTree(mapping, 0));
    expect(k.rss()).toMatchObject({ anon: 1, file: 0 });
    expect([k.mapcount(cached), k.has(cached, 'PG_locked')]).toEqual([0, false]);
  });
});
