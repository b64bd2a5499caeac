import {
  pgoff_to_pte,
  pte_dirty,
  pte_file,
  pte_to_pgoff,
  pte_young,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import { Page } from '../../model/include/linux/mm_types';
import { swp_entry, SWP_HWPOISON, SWP_MIGRATION_READ } from '../../model/include/linux/swapops';
import { ULONG_MAX, zapDetails, type ZapDetails } from '../../model/include/linux/mm-zap';
import { VM_NONLINEAR, VM_SEQ_READ } from '../../model/include/linux/vm_flags';
import { TLB_FLUSH_ALL } from '../../model/arch/x86/mm/tlb';
import { Code, codeOf } from '../../model/machine/op';
import { tlb_gather_mmu, unmap_vmas, zap_page_range } from '../../model/mm/memory';
import { boot, type Hunks, type Programs } from './support/boot';

// Rests on mm/memory.c zap_page_range, unmap_single_vma, unmap_page_range and zap_pte_range.

const A = 1;

function zap(k: Programs, address: number, pages: number, details: ZapDetails | null = null) {
  k.run(zap_page_range(k.task(), k.vmaAt(address), address, pages, details));
}

describe('a private anonymous page', () => {
  const zapped = (hunks: Hunks = 'base') => {
    const k = boot({}, hunks);
    k.map(A, 2);
    k.write(A, 7);
    const page = k.pageAt(A);
    zap(k, A, 1);
    return { k, page };
  };

  it('is freed, with its dirty bit thrown away', () => {
    const { k, page } = zapped();
    expect(k.at(A).state).toBe('none');
    expect(k.count(page)).toBe(0);
    expect(k.has(page, 'PG_dirty')).toBe(false);
    expect(k.rss().anon).toBe(0);
  });

  it('reads as zero afterwards', () => {
    expect(zapped().k.read(A)).toBe(0);
  });

  it('leaves its neighbours and no lock behind', () => {
    const k = boot();
    k.map(A, 3);
    for (const address of [A, A + 1, A + 2]) k.write(address, 7);
    zap(k, A + 1, 1);
    expect([0, 1, 2].map((i) => k.at(A + i).state)).toEqual(['present', 'none', 'present']);
    expect(k.rss().anon).toBe(2);
    expect(k.unlocked).toBe(true);
  });

  it('that is pinned leaves the mm, but is not freed', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    k.set(page + Page._count, k.count(page) + 1);
    zap(k, A, 1);
    expect([k.count(page), k.mapcount(page), k.rss().anon]).toEqual([1, 0, 0]);
  });

  it('goes the same way with any of the named variants in', () => {
    for (const name of ['original', 'fixed'] as const) {
      const { k, page } = zapped(name);
      expect([k.count(page), k.at(A).state]).toEqual([0, 'none']);
    }
  });
});

describe('the zero page', () => {
  it('is only taken out of the pte: nothing is counted', () => {
    const k = boot();
    k.map(A, 1);
    k.read(A);
    const count = k.count(k.kernel.zeroPage);
    zap(k, A, 1);
    expect([k.at(A).state, k.count(k.kernel.zeroPage)]).toEqual(['none', count]);
    expect(k.rss().anon).toBe(0);
  });
});

describe('a file page', () => {
  const file = (kind: 'shared-file' | 'private-file' = 'shared-file') => {
    const k = boot();
    const mapping = k.file();
    k.map(A, 2, { kind, mapping });
    return { k, mapping };
  };

  it('takes its dirty bit along into PG_dirty', () => {
    const { k, mapping } = file();
    k.write(A, 7);
    const page = k.pageAt(A);
    k.set(page + Page.PG_dirty, 0);
    zap(k, A, 1);
    expect(k.has(page, 'PG_dirty')).toBe(true);
    expect(k.word(k.kernel.pageTree(mapping, 0))).toBe(page);
  });

  it('that was used is marked accessed, unless the vma is read in sequence', () => {
    const marked = (flags: number) => {
      const { k } = file();
      k.read(A);
      const page = k.pageAt(A);
      k.addFlags(k.vmaAt(A), flags);
      zap(k, A, 1);
      return k.has(page, 'PG_referenced');
    };
    expect([marked(0), marked(VM_SEQ_READ)]).toEqual([true, false]);
  });

  it('is counted as such', () => {
    const { k } = file();
    k.read(A);
    expect(k.rss().file).toBe(1);
    zap(k, A, 1);
    expect(k.rss()).toEqual({ file: 0, anon: 0, swap: 0 });
  });

  it('copied by a private write is an anonymous page', () => {
    const { k } = file('private-file');
    k.write(A, 7);
    expect(k.rss()).toMatchObject({ anon: 1, file: 0 });
    zap(k, A, 1);
    expect(k.rss()).toMatchObject({ anon: 0, file: 0 });
    expect(k.read(A)).toBe(1);
  });
});

describe('an entry that is not present', () => {
  it('of swap is freed, and its slot with it', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.swapOut(A);
    const slot = k.word(page + Page.private);
    expect(k.rss()).toMatchObject({ anon: 0, swap: 1 });
    zap(k, A, 1);
    expect(k.at(A).state).toBe('none');
    expect(k.rss()).toMatchObject({ anon: 0, swap: 0 });
    expect(k.word(k.kernel.swap_map + slot * 4)).toBe(0);
  });

  it('of migration is counted by its page, which must be locked', () => {
    const k = boot();
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    const entry = swp_entry(SWP_MIGRATION_READ(), k.kernel.pfn(page));
    k.setPte(A, swp_entry_to_pte(entry));
    const vma = k.vmaAt(A);
    const faults = k.faultsOf(zap_page_range(k.task(), vma, A, 1, null));
    expect(faults).toMatchObject([{ kind: 'BUG', what: '!PageLocked(page)' }]);
    k.set(k.kernel.ptl(k.mm(), A), 0);
    k.set(page + Page.PG_locked, -1);
    zap(k, A, 1);
    expect([k.rss().anon, k.at(A).state]).toEqual([0, 'none']);
  });

  it('of poison is cleared without a count', () => {
    const k = boot();
    k.map(A, 1);
    k.read(A);
    k.setPte(A, swp_entry_to_pte(swp_entry(SWP_HWPOISON(), 3)));
    zap(k, A, 1);
    expect(k.at(A).state).toBe('none');
    expect(k.rss()).toEqual({ anon: 0, file: 0, swap: 0 });
  });

  it('of a file is cleared, with a complaint unless the vma is nonlinear', () => {
    const complaints = (flags: number) => {
      const k = boot();
      k.map(A, 1, { kind: 'shared-tmpfs', mapping: k.file('tmpfs') });
      k.read(A);
      k.addFlags(k.vmaAt(A), flags);
      zap(k, A, 1);
      k.setPte(A, pgoff_to_pte(3));
      zap(k, A, 1);
      expect(k.at(A).state).toBe('none');
      return k.kernel.machine.faults.map(({ what }) => what);
    };
    expect(complaints(0)).toEqual(['BUG: Bad page map']);
    expect(complaints(VM_NONLINEAR)).toEqual([]);
  });
});

describe('a gather that is full', () => {
  const small = { gatherBundle: 2, gatherBatchCount: 0, tlbEviction: false };

  it('makes the loop stop, flush up to the page before, and go on at the same page', () => {
    const k = boot({ ...small, tlbFlushallPages: 8, hugePages: 8, cpus: 2 });
    k.map(A, 4);
    for (let i = 0; i < 4; i++) k.write(A + i, 7);
    const task = k.start(zap_page_range(k.task(0, 1), k.vmaAt(A), A, 4, null));
    const held = () => [0, 1, 2, 3].filter((i) => k.tlb(A + i) !== 0);
    k.go(task, () => held().length < 4);
    // Pages A and A + 1 are in the gather. The flush leaves out A + 1, at which the gather was full.
    expect(held()).toEqual([1, 2, 3]);
    k.go(task);
    expect(k.ended(task)).toBe(true);
    expect([0, 1, 2, 3].map((i) => k.at(A + i).state)).toEqual(Array(4).fill('none'));
    expect(k.rss().anon).toBe(0);
  });

  it('adds up the counters before it drops the lock', () => {
    const k = boot({ ...small, hugePages: 8 });
    k.map(A, 4);
    for (let i = 0; i < 4; i++) k.write(A + i, 7);
    const ptl = k.kernel.ptl(k.mm(), A);
    const task = k.start(zap_page_range(k.task(), k.vmaAt(A), A, 4, null));
    k.go(task, () => k.word(ptl) !== 0);
    k.go(task, () => k.word(ptl) === 0);
    expect(k.rss().anon).toBe(2);
  });

  it('frees pages only after the flush, without the lock', () => {
    const k = boot({ ...small, hugePages: 8 });
    k.map(A, 3);
    for (let i = 0; i < 3; i++) k.write(A + i, 7);
    const page = k.pageAt(A);
    const ptl = k.kernel.ptl(k.mm(), A);
    const task = k.start(zap_page_range(k.task(), k.vmaAt(A), A, 3, null));
    k.go(task, () => k.count(page) === 0);
    expect([k.tlb(A), k.word(ptl)]).toEqual([0, 0]);
  });
});

describe('zap_details', () => {
  const mixed = () => {
    const k = boot();
    const mapping = k.file('file', 4);
    k.map(A, 3, { kind: 'private-file', mapping });
    k.write(A, 7);
    k.read(A + 1);
    k.write(A + 2, 7);
    k.swapOut(A + 2);
    return { k, mapping };
  };

  it('without effect are dropped: everything goes', () => {
    const { k } = mixed();
    zap(k, A, 3, zapDetails({}));
    expect([0, 1, 2].map((i) => k.at(A + i).state)).toEqual(['none', 'none', 'none']);
  });

  it('with a mapping to check spare other pages and what is not present', () => {
    const { k, mapping } = mixed();
    zap(k, A, 3, zapDetails({ check_mapping: mapping }));
    expect([0, 1, 2].map((i) => k.at(A + i).state)).toEqual(['present', 'none', 'swapped']);
  });

  it('of a nonlinear vma turn pages out of line into file entries', () => {
    const k = boot();
    const mapping = k.file('tmpfs', 4);
    k.map(A, 2, { kind: 'shared-tmpfs', mapping });
    k.write(A, 7);
    k.write(A + 1, 8);
    // Swaps the pages, as remap_file_pages can.
    const [first, second] = [k.pte(A), k.pte(A + 1)];
    k.setPte(A, second);
    const vma = k.vmaAt(A);
    zap(k, A, 1, zapDetails({ nonlinear_vma: vma, last_index: ULONG_MAX }));
    expect(pte_file(k.pte(A)) && pte_to_pgoff(k.pte(A))).toBe(1);
    k.setPte(A, first);
    zap(k, A, 1, zapDetails({ nonlinear_vma: vma, last_index: ULONG_MAX }));
    expect(k.at(A).state).toBe('none');
  });

  it('of a nonlinear vma spare pages whose index is out of the range', () => {
    const k = boot();
    k.map(A, 2, { kind: 'shared-tmpfs', mapping: k.file('tmpfs', 4) });
    k.write(A, 7);
    k.write(A + 1, 8);
    const vma = k.vmaAt(A);
    zap(k, A, 2, zapDetails({ nonlinear_vma: vma, first_index: 1, last_index: 1 }));
    expect([k.at(A).state, k.at(A + 1).state]).toEqual(['present', 'none']);
  });
});

describe('the mm as a whole', () => {
  it('is zapped over vmas and page tables, holes left out', () => {
    const k = boot();
    k.map(A, 2);
    k.map(5, 4);
    for (const address of [1, 2, 5, 8]) k.write(address, 7);
    zap(k, A, 8);
    expect([1, 2, 5, 8].map((address) => k.at(address).state)).toEqual(Array(4).fill('none'));
  });

  it('that is torn down loses its ptes by a plain load and store, else by one exchange', () => {
    const opsOnPte = (end: number) => {
      const k = boot();
      k.map(A, 1);
      k.write(A, 7);
      const tlb = tlb_gather_mmu(k.mm(), 0, end);
      const task = k.start(unmap_vmas(k.task(), tlb, k.vmaAt(A), 0, end));
      const { machine } = k.kernel;
      const seen: number[] = [];
      while (!k.ended(task)) {
        if (machine.pendingAddress(task) === k.kernel.pte(k.mm(), A)) {
          seen.push(codeOf(machine.pending(task)));
        }
        k.one(task);
      }
      return seen;
    };
    expect(opsOnPte(16)).toEqual([Code.load, Code.exchange]);
    expect(opsOnPte(TLB_FLUSH_ALL)).toEqual([Code.load, Code.load, Code.store]);
  });
});

describe('a page that is mapped again', () => {
  it('keeps its references and the other pte with its bits', () => {
    const k = boot({ processes: 2 });
    k.map(A, 1);
    k.write(A, 7);
    const page = k.pageAt(A);
    k.map(A, 1, { process: 1 });
    k.mapAgain(page, A, 1, { dirty: true });
    zap(k, A, 1);
    expect([k.mapcount(page), k.read(A, { process: 1 })]).toEqual([1, 7]);
    const pte = k.pte(A, 1);
    expect([pte_dirty(pte), pte_young(pte)]).toEqual([true, true]);
  });
});
