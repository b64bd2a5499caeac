import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_RW,
  pte_dirty,
  pte_mkclean,
  pte_mkold,
  pte_wrprotect,
  pte_young,
} from '../../model/arch/x86/include/asm/pgtable';
import { flush_tlb_mm_range, flush_tlb_page } from '../../model/arch/x86/mm/tlb';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { Page } from '../../model/include/linux/mm_types';
import { store } from '../../model/machine/op';
import type { Cpu } from '../../model/state/cpu';
import { kept } from './support/process';
import { boot, type Programs } from './support/boot';

// Rests on the rules of x86 paging that mm/memory.c and mm/rmap.c count on: a TLB entry has its own
// copy of RW and D, a walk sets A and D atomically, only a flush is certain to remove an entry.

const A = 1;

/** Two CPUs of one process; CPU 0 has written 7 to page A, so its TLB has an entry with D set. */
function written(config = {}): Programs {
  const kernel = boot({ cpus: 2, ...config });
  kernel.map(A, 2);
  kernel.write(A, 7);
  return kernel;
}

const setPte = (kernel: Programs, pte: number): void => {
  kernel.run(
    (function* () {
      yield store(kernel.kernel.pte(kernel.mm(), A), pte);
    })(),
  );
};

describe('a store', () => {
  it('sets A and D in a clean writable pte, and fills the entry with D', () => {
    const k = written();
    setPte(k, pte_mkold(pte_mkclean(k.pte(A))));
    k.write(A, 8, { cpu: 1 });
    expect(pte_dirty(k.pte(A)) && pte_young(k.pte(A))).toBe(true);
    expect(k.tlb(A, 1) & _PAGE_DIRTY).not.toBe(0);
  });

  it('through an entry with D leaves a pte that was cleaned as it is', () => {
    const k = written({ tlbEviction: false });
    const clean = pte_mkclean(k.pte(A));
    setPte(k, clean);
    k.write(A, 8);
    expect(k.pte(A)).toBe(clean);
    expect(k.contents(k.pageAt(A))).toEqual([8, 0]);
  });

  it('through an entry with D needs no pte at all, and reaches the frame the entry names', () => {
    const k = written({ tlbEviction: false });
    const page = k.pageAt(A);
    setPte(k, 0);
    k.write(A, 8);
    expect(k.contents(page)).toEqual([8, 0]);
    expect(k.pte(A)).toBe(0);
  });

  it('through an entry with D goes on after the pte became read-only', () => {
    const k = written({ tlbEviction: false });
    setPte(k, pte_wrprotect(k.pte(A)));
    expect(k.write(A, 8)).toBeUndefined();
    expect(k.at(A).write).toBe(false);
    expect(k.contents(k.pageAt(A))).toEqual([8, 0]);
  });

  it('through an entry without D walks again: it never sets D in a pte that was cleared', () => {
    const k = written({ tlbEviction: false });
    setPte(k, pte_mkclean(k.pte(A)));
    k.read(A, { cpu: 1 });
    const old = k.pageAt(A);
    setPte(k, 0);
    k.write(A, 8, { cpu: 1 });
    // The walk found nothing, so a fault gave a new page.
    expect(k.pageAt(A)).not.toBe(old);
    expect(k.contents(old)).toEqual([7, 0]);
  });
});

describe('a load', () => {
  it('sets A, not D', () => {
    const k = written();
    setPte(k, pte_mkold(pte_mkclean(k.pte(A))));
    k.read(A, { cpu: 1 });
    expect(k.pte(A) & (_PAGE_ACCESSED | _PAGE_DIRTY)).toBe(_PAGE_ACCESSED);
    expect(k.tlb(A, 1) & _PAGE_DIRTY).toBe(0);
  });

  it('through a cached entry changes nothing, and goes on after the pte was cleared', () => {
    const k = written({ tlbEviction: false });
    setPte(k, 0);
    expect(k.read(A)).toBe(7);
    expect(k.pte(A)).toBe(0);
  });

  it('leads to whatever the frame holds by now, also after it was freed and reused', () => {
    const k = written({ tlbEviction: false });
    const page = k.pageAt(A);
    setPte(k, 0);
    k.set(page + Page.content0, 99);
    expect(k.read(A)).toBe(99);
  });
});

describe('a stale entry', () => {
  /** Answers the choice that a load through a stale entry is. */
  const choose = (choice: number) => {
    const k = written();
    setPte(k, 0);
    const { value } = k.choosing([choice], userRead(k.task(), A, 0));
    return { k, value };
  };

  it('may still be there', () => {
    expect(choose(0).value).toBe(7);
  });

  it('may have been evicted: the walk finds the pte as it is', () => {
    const { k, value } = choose(1);
    expect(value).toBe(0);
    expect(k.pte(A)).not.toBe(0);
  });

  it('is no choice where a walk would end in the same access', () => {
    const k = written();
    setPte(k, pte_mkclean(k.pte(A)));
    const task = k.start(userRead(k.task(), A, 0));
    k.one(task);
    expect(k.ended(task)).toBe(true);
  });

  it('is a choice for a store where the walk would set D', () => {
    const k = written();
    setPte(k, pte_mkclean(k.pte(A)));
    k.choosing([1], userWrite(k.task(), A, 0, 8));
    expect(pte_dirty(k.pte(A))).toBe(true);
  });

  it('is a choice for a load where the walk would set A', () => {
    const k = written();
    setPte(k, pte_mkold(k.pte(A)));
    k.choosing([1], userRead(k.task(), A, 0));
    expect(pte_young(k.pte(A))).toBe(true);
  });

  it('is decided on the state at the time of the choice', () => {
    const k = written();
    const pte = k.pte(A);
    setPte(k, 0);
    const { steps, result } = kept(userRead(k.task(), A, 0));
    const task = k.start(steps);
    k.one(task);
    expect(k.kernel.machine.choices(task)).toBe(2);
    setPte(k, pte);
    k.one(task, 1);
    expect(result()).toEqual({ value: 7 });
  });
});

describe('a flush', () => {
  const flush = (k: Programs) => k.run(flush_tlb_page(k.task(), k.mm(), A));

  it('removes stale entries from every CPU that runs the mm', () => {
    const k = written({ tlbEviction: false });
    k.read(A, { cpu: 1 });
    setPte(k, pte_mkclean(k.pte(A)));
    flush(k);
    expect(k.tlb(A, 0)).toBe(0);
    k.write(A, 8);
    expect(pte_dirty(k.pte(A))).toBe(true);
  });

  it('may leave an entry that a walk would give again', () => {
    const k = written();
    const entry = k.tlb(A, 0);
    flush(k);
    expect(k.tlb(A, 0)).toBe(entry);
  });

  it('takes away an entry whose pte has lost A', () => {
    const k = written();
    setPte(k, pte_mkold(k.pte(A)));
    flush(k);
    expect(k.tlb(A, 0)).toBe(0);
  });

  it('does not reach CPUs that run another mm', () => {
    const k = written({ processes: 2 });
    k.fork(1);
    k.read(A, { process: 1, cpu: 1 });
    setPte(k, 0);
    const entry = k.tlb(A, 1);
    flush(k);
    expect([k.tlb(A, 0), k.tlb(A, 1)]).toEqual([0, entry]);
  });
});

describe('a range flush', () => {
  /** Pages A and A + 1 have stale entries on CPU 0; only A is in the range. */
  const flushed = (by: (k: Programs) => Cpu, config = {}) => {
    const k = written({ processes: 2, tlbEviction: false, ...config });
    k.write(A + 1, 7);
    for (const address of [A, A + 1]) k.set(k.kernel.pte(k.mm(), address), 0);
    k.run(flush_tlb_mm_range(by(k), k.mm(), A, A + 1));
    return { k, left: [A, A + 1].map((address) => k.tlb(address) !== 0) };
  };

  it('by a task of the mm drops the pages of the range', () => {
    expect(flushed((k) => k.task(0, 1)).left).toEqual([false, true]);
  });

  it('by a task of another mm drops everything', () => {
    expect(flushed((k) => k.task(1, 1)).left).toEqual([false, false]);
  });

  it('by a kernel thread drops everything; one that had borrowed the mm gives it back', () => {
    const elsewhere = flushed((k) => k.cpu(1));
    expect(elsewhere.left).toEqual([false, false]);
    const { k, left } = flushed((bench) => bench.cpu(0));
    expect(left).toEqual([false, false]);
    expect(k.word(k.kernel.percpu(0, 'active_mm'))).toBe(0);
    expect(k.read(A)).toBe(0);
    expect(k.word(k.kernel.percpu(0, 'active_mm'))).toBe(k.mm());
  });

  it('that is longer than is worth going page by page drops everything', () => {
    expect(flushed((k) => k.task(0, 1), { tlbFlushallPages: 0 }).left).toEqual([false, false]);
    expect(flushed((k) => k.task(0, 1), { tlbFlushallPages: -1 }).left).toEqual([false, false]);
  });
});

describe('a switch to another mm', () => {
  it('leaves nothing of the old one in the TLB', () => {
    const k = written({ processes: 2 });
    k.fork(1);
    k.write(A, 9, { process: 1, cpu: 0 });
    expect(k.read(A, { process: 1, cpu: 0 })).toBe(9);
    expect(k.read(A, { process: 0, cpu: 0 })).toBe(7);
  });
});

describe('where the kernel maintains A and D', () => {
  const soft = () => written({ softwareDirty: true });

  it('a first store to a clean pte faults, and the fault sets D', () => {
    const k = soft();
    setPte(k, pte_mkclean(k.pte(A)));
    k.run(flush_tlb_page(k.task(), k.mm(), A));
    const faults = k.event('PGFAULT');
    k.write(A, 8);
    expect(k.event('PGFAULT')).toBe(faults + 1);
    expect(pte_dirty(k.pte(A))).toBe(true);
  });

  it('a load of an old pte faults, and the fault sets A', () => {
    const k = soft();
    setPte(k, pte_mkold(k.pte(A)));
    k.run(flush_tlb_page(k.task(), k.mm(), A));
    const faults = k.event('PGFAULT');
    expect(k.read(A)).toBe(7);
    expect(k.event('PGFAULT')).toBe(faults + 1);
    expect(pte_young(k.pte(A))).toBe(true);
  });

  it('an entry for a clean pte cannot be written through', () => {
    const k = soft();
    setPte(k, pte_mkclean(k.pte(A)));
    k.run(flush_tlb_page(k.task(), k.mm(), A));
    k.read(A);
    expect(k.tlb(A) & _PAGE_RW).toBe(0);
  });
});
