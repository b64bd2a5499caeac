import { pte_mkyoung, pte_wrprotect } from '../../model/arch/x86/include/asm/pgtable';
import { userWrite } from '../../model/hardware/user-access';
import { Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import { boot, type Programs } from './support/boot';

// Rests on mm/memory.c do_wp_page.

const A = 1;

/** Process 0 has written 7 to page A and forked process 1. */
function forked(config = {}) {
  const k = boot({ processes: 2, cpus: 2, ...config });
  k.map(A, 1);
  k.write(A, 7);
  k.fork(1);
  return { k, page: k.pageAt(A) };
}

const CHILD = { process: 1, cpu: 1 };

function readOnly(k: Programs): void {
  k.setPte(A, pte_wrprotect(k.pte(A)));
  k.set(k.kernel.tlb(0, A), 0);
}

describe('a page that both parent and child map', () => {
  it('is copied by the first to write: each sees its own', () => {
    const { k, page } = forked();
    k.write(A, 8, CHILD);
    expect([k.read(A), k.read(A, CHILD)]).toEqual([7, 8]);
    expect([k.pageAt(A), k.mapcount(page)]).toEqual([page, 1]);
    expect(k.at(A, 1)).toMatchObject({ write: true, dirty: true, young: true });
    expect([k.rss(0).anon, k.rss(1).anon]).toEqual([1, 1]);
  });

  it("is reused by the second, without a copy, and moves to that one's anon_vma", () => {
    const { k, page } = forked();
    k.write(A, 8);
    const own = k.pageAt(A);
    expect(own).not.toBe(page);
    const before = k.word(page + Page.mapping);
    k.write(A, 9, CHILD);
    expect(k.pageAt(A, 1)).toBe(page);
    expect(k.word(page + Page.mapping)).not.toBe(before);
    expect(k.word(page + Page.mapping)).toBe(k.anonVmaOf(k.vmaAt(A, 1)) + 1);
  });

  it('keeps its contents in the part that is not written', () => {
    const { k } = forked();
    k.write(A, 9, { ...CHILD, part: 1 });
    expect([k.read(A, CHILD), k.read(A, { ...CHILD, part: 1 })]).toEqual([7, 9]);
  });

  it('is unmapped only after the pte has been switched', () => {
    const { k, page } = forked();
    const task = k.start(userWrite(k.task(1, 1), A, 0, 8));
    k.go(task, () => k.mapcount(page) === 1);
    expect(k.pageAt(A, 1)).not.toBe(page);
  });
});

describe('a page of one process alone', () => {
  it('is reused: young, dirty, writable', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    readOnly(k);
    k.write(A, 8);
    expect(k.pageAt(A)).toBe(page);
    expect(k.at(A)).toMatchObject({ write: true, dirty: true, young: true });
    expect(k.read(A)).toBe(8);
  });

  it('whose lock is taken is waited for without the ptl, then judged again', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    readOnly(k);
    k.set(page + Page.PG_locked, -1);
    const task = k.start(userWrite(k.task(), A, 0, 8));
    k.go(task);
    expect([k.ended(task), k.word(k.kernel.ptl(k.mm(), A)), k.count(page)]).toEqual([false, 0, 3]);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect([k.read(A), k.count(page), k.has(page, 'PG_locked')]).toEqual([8, 2, false]);
  });

  it('whose pte changed during that wait is left to the next try', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    readOnly(k);
    k.set(page + Page.PG_locked, -1);
    const task = k.start(userWrite(k.task(), A, 0, 8));
    k.go(task);
    k.setPte(A, 0);
    k.set(page + Page.PG_locked, 0);
    k.go(task);
    expect([k.read(A), k.pageAt(A) === page, k.count(page)]).toEqual([8, false, 2]);
  });
});

describe('a page in the swap cache', () => {
  it('that nobody else uses leaves it, dirty', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.swapOut(A);
    k.read(A);
    k.write(A, 8);
    expect(k.pageAt(A)).toBe(page);
    expect([k.has(page, 'PG_swapcache'), k.has(page, 'PG_dirty')]).toEqual([false, true]);
  });
});

describe('a KSM page', () => {
  it('is always copied', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    readOnly(k);
    k.set(page + Page.mapping, 3);
    k.write(A, 8);
    expect([k.pageAt(A) === page, k.read(A)]).toEqual([false, 8]);
  });
});

describe('a copy', () => {
  it('is given up without memory: SIGKILL, and the old page has its references again', () => {
    const { k, page } = forked({ frames: 2 });
    const before = k.count(page);
    expect(k.write(A, 8, CHILD)).toBe('SIGKILL');
    expect([k.count(page), k.mapcount(page), k.unlocked]).toEqual([before, 2, true]);
  });

  it('is given up if the pte changed: the new page is freed', () => {
    const { k, page } = forked();
    const free = k.stat('NR_FREE_PAGES');
    const task = k.start(userWrite(k.task(1, 1), A, 0, 8));
    k.go(task, () => k.stat('NR_FREE_PAGES') < free);
    const pte = k.pte(A, 1);
    k.setPte(A, pte_mkyoung(pte), 1);
    k.go(task, () => k.stat('NR_FREE_PAGES') === free);
    expect([k.stat('NR_FREE_PAGES'), k.mapcount(page)]).toEqual([free, 2]);
    k.go(task);
    expect(k.read(A, CHILD)).toBe(8);
  });

  it('takes the mlock off the old page', () => {
    const { k, page } = forked();
    k.addFlags(k.vmaAt(A, 1), VM_LOCKED);
    k.set(page + Page.PG_mlocked, 1);
    k.write(A, 8, CHILD);
    expect(k.has(page, 'PG_mlocked')).toBe(false);
  });

  it('of a file page moves the count from file to anonymous', () => {
    const k = boot();
    k.map(A, 1, { kind: 'private-file', mapping: k.file() });
    k.read(A);
    expect(k.rss()).toMatchObject({ file: 1, anon: 0 });
    k.write(A, 8);
    expect(k.rss()).toMatchObject({ file: 0, anon: 1 });
  });
});
