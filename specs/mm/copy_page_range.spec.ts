import {
  pgoff_to_pte,
  pte_swp_soft_dirty,
  pte_to_swp_entry,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import { do_truncate } from '../../model/fs/open';
import { do_fork } from '../../model/kernel/fork';
import { mm_struct, Page, vm_area_struct } from '../../model/include/linux/mm_types';
import {
  is_write_migration_entry,
  swp_entry,
  SWP_HWPOISON,
  SWP_MIGRATION_WRITE,
} from '../../model/include/linux/swapops';
import { VM_DONTCOPY } from '../../model/include/linux/vm_flags';
import { ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import { copy_page_range } from '../../model/mm/memory';
import { lru_add_drain } from '../../model/mm/swap';
import type { KernelConfig } from '../../model/state/config';
import { boot } from './support/boot';

// Rests on mm/memory.c copy_page_range, copy_pte_range, copy_one_pte.

const A = 1;

function parent(config: Partial<KernelConfig> = {}) {
  const k = boot({ processes: 2, cpus: 2, ...config });
  k.map(A, 3);
  k.write(A, 7);
  return k;
}

describe('a present private pte', () => {
  it('is read-only on both sides; the child gets it old, and both keep D', () => {
    const k = parent();
    k.fork();
    expect(k.at(A, 0)).toMatchObject({ write: false, dirty: true, young: true });
    expect(k.at(A, 1)).toMatchObject({ write: false, dirty: true, young: false });
    expect(k.pageAt(A, 1)).toBe(k.pageAt(A, 0));
  });

  it('gives the page a reference, a mapping and the child a count', () => {
    const k = parent();
    const page = k.pageAt(A);
    const count = k.count(page);
    k.fork();
    expect([k.count(page), k.mapcount(page), k.rss(1).anon]).toEqual([count + 1, 2, 1]);
  });

  it('stays writable in the TLB of other CPUs until the flush at the end', () => {
    const k = parent({ tlbEviction: false });
    const task = k.start(do_fork(k.task(0, 1), k.mm(0), k.mm(1)));
    k.go(task, () => !k.at(A, 0).write);
    k.write(A, 8, { cpu: 0 });
    expect(k.at(A, 0).write).toBe(false);
    k.go(task);
    expect(k.tlb(A, 0)).toBe(0);
    // The store came before the child saw the page: it is in both.
    expect(k.read(A, { process: 1, cpu: 1 })).toBe(8);
  });

  it('that the parent dirties between the copy and the write protection is dirty there only', () => {
    const k = parent({ tlbEviction: false });
    k.setPte(A, k.pte(A) & ~(1 << 6));
    k.set(k.kernel.tlb(0, A), 0);
    const pte = k.kernel.pte(k.mm(0), A);
    const task = k.start(do_fork(k.task(0, 1), k.mm(0), k.mm(1)));
    // The pte has been read; its RW is still there.
    k.go(task, () => k.kernel.machine.pendingAddress(task) === pte);
    k.one(task);
    k.write(A, 8, { cpu: 0 });
    k.go(task);
    expect([k.at(A, 0).dirty, k.at(A, 1).dirty]).toEqual([true, false]);
  });

  it('of the zero page is copied without counts', () => {
    const k = parent();
    k.read(A + 1);
    k.fork();
    expect(k.at(A + 1, 1).page).toBe(k.kernel.zeroPage);
    expect(k.rss(1).anon).toBe(1);
  });
});

describe('a shared pte', () => {
  it('stays writable, and the copy is clean and old', () => {
    const k = boot({ processes: 2 });
    k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs') });
    k.write(A, 7);
    const [dst, src] = [k.mm(1), k.mm(0)];
    k.run(copy_page_range(k.task(), dst, src, 0, anonymised(k)));
    expect(k.at(A, 0)).toMatchObject({ write: true, dirty: true });
    expect(k.at(A, 1)).toMatchObject({ write: true, dirty: false, young: false });
    expect(k.rss(1).file).toBe(1);
  });

  /** The vma, made to look as if it had an anon_vma, so that its ptes are copied. */
  function anonymised(k: ReturnType<typeof boot>): number {
    const vma = k.vmaAt(A);
    k.set(vma + vm_area_struct.offset.anon_vma, k.kernel.anonVmas);
    return vma;
  }
});

describe('what is not copied', () => {
  it('is a vma without anon_vma: faults will fill it', () => {
    const k = boot({ processes: 2 });
    k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs') });
    k.write(A, 7);
    k.fork();
    expect(k.at(A, 1).state).toBe('none');
    expect(k.read(A, { process: 1 })).toBe(7);
  });

  it('is a vma marked VM_DONTCOPY: the child has nothing there', () => {
    const k = parent();
    k.addFlags(k.vmaAt(A), VM_DONTCOPY);
    k.fork();
    expect(k.vmas(1)).toEqual([]);
    expect(k.read(A, { process: 1, cpu: 1 })).toBe('SIGSEGV');
  });
});

describe('an entry', () => {
  it('of swap is one more user of the slot, and puts the child on the mmlist', () => {
    const k = parent();
    const page = k.swapOut(A);
    const slot = k.word(page + Page.private);
    k.fork();
    expect(k.at(A, 1)).toMatchObject({ state: 'swapped', slot });
    expect(k.word(k.kernel.swap_map + slot * 4)).toBe(0x42);
    expect(k.rss(1)).toEqual({ anon: 0, file: 0, swap: 1 });
    expect(k.word(k.mm(1) + mm_struct.offset.mmlist)).toBe(1);
  });

  it('of swap whose count is full goes on with a continuation, the locks dropped meanwhile', () => {
    const k = parent({ swapMapMax: 1 });
    const page = k.swapOut(A);
    const slot = k.word(page + Page.private);
    expect(k.fork()).toBe(0);
    expect(k.word(k.kernel.swap_map + slot * 4) & 0x80).toBe(0x80);
    expect(k.rss(1).swap).toBe(1);
  });

  it('of swap that goes while the locks are dropped is asked for a continuation once more', () => {
    const k = boot({ processes: 2, cpus: 2, swapMapMax: 1, allocationsFail: true });
    const mapping = k.file('file', 4);
    k.map(A, 1, { kind: 'private-file', mapping });
    k.write(A, 7);
    k.swapOut(A);
    const task = k.start(do_fork(k.task(0, 1), k.mm(0), k.mm(1)));
    const [parents, childs] = [0, 1].map((process) => k.kernel.ptl(k.mm(process), A));
    k.go(task, () => k.word(parents!) !== 0);
    // swap_duplicate's own try, which may not sleep, finds no page.
    k.go(task, () => k.kernel.machine.choices(task) > 1);
    k.one(task, 1);
    k.go(task, () => k.word(childs!) === 0);
    k.run(do_truncate(k.cpu(), mapping, 0));
    k.go(task);
    expect([k.ended(task), k.at(A, 1).state]).toEqual([true, 'none']);
    const unused = 'swap_free: Unused swap offset entry';
    expect(k.kernel.machine.faults.map(({ what }) => what)).toEqual([unused, unused]);
  });

  it('of migration is turned from write to read on both sides', () => {
    const k = parent();
    const page = k.pageAt(A);
    k.set(page + Page.PG_locked, -1);
    const entry = swp_entry(SWP_MIGRATION_WRITE(), k.kernel.pfn(page));
    k.setPte(A, swp_entry_to_pte(entry) | (1 << 7));
    k.fork();
    for (const process of [0, 1]) {
      const pte = k.pte(A, process);
      expect(is_write_migration_entry(pte_to_swp_entry(pte))).toBe(false);
      expect([k.at(A, process).state, pte_swp_soft_dirty(pte)]).toEqual(['migration', true]);
    }
    expect(k.rss(1).anon).toBe(1);
  });

  it('of poison and of a file are copied without counts', () => {
    const k = parent();
    k.setPte(A, swp_entry_to_pte(swp_entry(SWP_HWPOISON(), 3)));
    k.setPte(A + 1, pgoff_to_pte(2));
    k.fork();
    expect([k.at(A, 1).state, k.at(A + 1, 1).state]).toEqual(['hwpoison', 'file']);
    expect(k.rss(1)).toEqual({ anon: 0, file: 0, swap: 0 });
  });
});

describe('the locks', () => {
  const wide = () => {
    const k = boot({ processes: 2, hugePages: 8, frames: 32 });
    k.map(A, 6);
    for (let i = 0; i < 6; i++) k.write(A + i, 7);
    return k;
  };

  it('may be let go for others after four copied ptes', () => {
    const k = wide();
    const { machine } = k.kernel;
    let choices = 0;
    let heldAtChoice = 0;
    machine.runAlone(copy_page_range(k.task(), k.mm(1), k.mm(0), 0, k.vmaAt(A)), (n) => {
      if (n < 2) return 0;
      choices++;
      heldAtChoice = k.word(k.kernel.ptl(k.mm(0), A));
      return 1;
    });
    expect([choices, heldAtChoice, k.rss(1).anon, k.unlocked]).toEqual([1, -1, 6, true]);
  });

  it("are the child's before the parent's", () => {
    const k = wide();
    k.set(k.kernel.ptl(k.mm(0), A), -1);
    const task = k.start(copy_page_range(k.task(), k.mm(1), k.mm(0), 0, k.vmaAt(A)));
    k.go(task);
    expect([k.ended(task), k.word(k.kernel.ptl(k.mm(1), A))]).toEqual([false, -1]);
  });
});

describe('a failed allocation', () => {
  /** A fork whose allocation number `failing` fails. @returns whether it got that far. */
  function fork(failing: number) {
    const k = parent({ allocationsFail: true });
    const page = k.pageAt(A);
    k.run(lru_add_drain(k.cpu()));
    const count = k.count(page);
    let allocations = 0;
    let result: number | undefined;
    k.kernel.machine.runAlone(
      (function* () {
        result = yield* do_fork(k.task(), k.mm(0), k.mm(1));
      })(),
      (n) => (n > 1 && allocations++ === failing ? 1 : 0),
    );
    return { k, result, allocations, kept: k.count(page) === count && k.mapcount(page) === 1 };
  }

  it('of a page table, the last one, ends the fork, and what was copied is taken back', () => {
    const { k, result, kept } = fork(fork(-1).allocations - 1);
    expect([result, kept, k.unlocked]).toEqual([-ENOMEM, true, true]);
    expect(k.rss(1)).toEqual({ anon: 0, file: 0, swap: 0 });
  });

  it('of anything is either made good, or the whole fork taken back', () => {
    const { allocations } = fork(-1);
    for (let failing = 0; failing < allocations; failing++) {
      const { k, result, kept } = fork(failing);
      expect([result, kept]).toEqual(result === 0 ? [0, false] : [-ENOMEM, true]);
      expect(k.unlocked).toBe(true);
    }
  });
});
