import {
  pte_dirty,
  pte_mkwrite,
  pte_present,
  pte_write,
  pte_young,
} from '../../model/arch/x86/include/asm/pgtable';
import { NAMED_VARIANTS, type VariantName } from '../../model/features/variant';
import {
  LRU_ACTIVE_ANON,
  LRU_INACTIVE_ANON,
  LRU_UNEVICTABLE,
} from '../../model/include/linux/mm_inline';
import { Page } from '../../model/include/linux/mm_types';
import { VM_LOCKED } from '../../model/include/linux/vm_flags';
import { page_mkclean } from '../../model/mm/rmap/mkclean';
import { completeWriteback } from '../../model/mm/page_io';
import { lru_add_drain } from '../../model/mm/swap';
import { refresh_cpu_vm_stats } from '../../model/mm/vmstat';
import { reclaimActive, reclaimInactive, shrinkZoneOnce } from '../../model/mm/vmscan';
import { boot, type Programs } from './support/boot';

// Rests on mm/vmscan.c, for pages that processes map; the hunks are those of p3 to p5.

/** Ages the active list, which clears the accessed bits, and reclaims the inactive one. */
function reclaim(machine: Programs): number {
  machine.run(reclaimActive(machine.cpu(), 'anon', 32));
  return machine.run(reclaimInactive(machine.cpu(), 'anon', 32));
}

/** A process with one anonymous page at 0 that holds 7. */
function written(
  variant: VariantName = 'base',
  swapSlots = 8,
): { machine: Programs; page: number } {
  const machine = boot({ swapSlots }, variant);
  machine.map(0, 4);
  machine.write(0, 7);
  machine.run(lru_add_drain(machine.cpu()));
  return { machine, page: machine.pageAt(0) };
}

const freed = (machine: Programs, page: number): boolean => machine.word(page + Page.free) === 1;

describe.each(['base', 'fixed'] as const)('reclaim of an anonymous page in %s', (variant) => {
  it('writes it to swap, and frees it when that has ended and it comes round again', () => {
    const { machine, page } = written(variant);
    expect(reclaim(machine)).toBe(0);
    expect(machine.event('PSWPOUT')).toBe(1);
    expect(machine.rss()).toEqual({ anon: 0, file: 0, swap: 1 });
    machine.run(completeWriteback(machine.cpu(), false));
    machine.run(lru_add_drain(machine.cpu()));
    expect(reclaim(machine)).toBe(1);
    expect(freed(machine, page)).toBe(true);
    expect(machine.read(0)).toBe(7);
    expect(machine.event('PSWPIN')).toBe(1);
    expect(machine.kernel.machine.faults).toEqual([]);
  });

  it('comes round at once, because write-back rotates it to the tail', () => {
    const { machine, page } = written(variant);
    reclaim(machine);
    const younger = machine.anonPage(1);
    machine.run(reclaimActive(machine.cpu(), 'anon', 32));
    expect(machine.list(LRU_INACTIVE_ANON)).toEqual([younger, page]);
    machine.run(completeWriteback(machine.cpu(), false));
    expect(machine.run(reclaimInactive(machine.cpu(), 'anon', 1))).toBe(1);
  });

  it('activates it if it was used since it became inactive', () => {
    const { machine, page } = written(variant);
    machine.run(reclaimActive(machine.cpu(), 'anon', 32));
    expect(machine.list(LRU_INACTIVE_ANON)).toEqual([page]);
    machine.read(0);
    machine.run(reclaimInactive(machine.cpu(), 'anon', 32));
    expect(machine.list(LRU_ACTIVE_ANON)).toEqual([page]);
    expect(machine.event('PGACTIVATE')).toBe(1);
    expect(pte_present(machine.pte(0))).toBe(true);
  });

  it('moves it to the unevictable list if it is mlocked, and keeps no slot', () => {
    const { machine, page } = written(variant);
    machine.addFlags(machine.vmaAt(0), VM_LOCKED);
    reclaim(machine);
    expect(machine.list(LRU_UNEVICTABLE)).toEqual([page]);
    expect(machine.has(page, 'PG_swapcache')).toBe(false);
    expect(pte_present(machine.pte(0))).toBe(true);
  });

  it('keeps it dirty after an error, and tries again', () => {
    const { machine, page } = written(variant);
    reclaim(machine);
    machine.run(completeWriteback(machine.cpu(), true));
    expect(machine.has(page, 'PG_dirty')).toBe(true);
    expect(machine.has(page, 'PG_reclaim')).toBe(false);
    reclaim(machine);
    expect(machine.event('PSWPOUT')).toBe(2);
  });

  it('does nothing to it without swap', () => {
    const { machine } = written(variant, 0);
    machine.run(shrinkZoneOnce(machine.cpu()));
    expect(machine.event('PGSCAN_DIRECT')).toBe(0);
    expect(machine.read(0)).toBe(7);
  });
});

describe('shrink_active_list of mapped pages', () => {
  it('clears the accessed bit and moves the page on, used or not', () => {
    const { machine, page } = written();
    expect(pte_young(machine.pte(0))).toBe(true);
    machine.run(reclaimActive(machine.cpu(), 'anon', 32));
    expect(pte_young(machine.pte(0))).toBe(false);
    expect(machine.list(LRU_INACTIVE_ANON)).toEqual([page]);
  });
});

describe.each(['original', 'fixed'] as const)('reclaim of a lazyfree page in %s', (variant) => {
  const lazyfree = (swapSlots = 8): ReturnType<typeof written> => {
    const made = written(variant, swapSlots);
    expect(made.machine.advise(0, 1, 'FREE')).toBe(0);
    return made;
  };
  const reclaimLazyfree = (machine: Programs): number =>
    machine.run(reclaimInactive(machine.cpu(), 'anon', 32));

  it('frees it without a write, and the process reads zeroes', () => {
    const { machine, page } = lazyfree();
    expect(reclaimLazyfree(machine)).toBe(1);
    expect(freed(machine, page)).toBe(true);
    expect([machine.event('PSWPOUT'), machine.event('PGLAZYFREE')]).toEqual([0, 1]);
    expect(machine.rss().anon).toBe(0);
    expect(machine.read(0)).toBe(0);
    expect(machine.kernel.machine.faults).toEqual([]);
  });

  it('keeps it if it was written again, no longer lazyfree', () => {
    const { machine, page } = lazyfree();
    machine.write(0, 8);
    expect(reclaimLazyfree(machine)).toBe(0);
    expect(machine.word(page + Page.mapping) & 7).toBe(1);
    expect(machine.list(LRU_ACTIVE_ANON)).toEqual([page]);
    expect(machine.read(0)).toBe(8);
  });

  it('keeps it if it was only read again', () => {
    const { machine, page } = lazyfree();
    expect(machine.read(0)).toBe(7);
    expect(reclaimLazyfree(machine)).toBe(0);
    expect(machine.list(LRU_ACTIVE_ANON)).toEqual([page]);
    expect(machine.read(0)).toBe(7);
  });

  it('frees it without swap, once pagevec and counter difference have been seen to', () => {
    const { machine } = lazyfree(0);
    const pass = (): number => machine.run(shrinkZoneOnce(machine.cpu()));
    expect(pass()).toBe(0);
    machine.run(lru_add_drain(machine.cpu()));
    expect(pass()).toBe(0);
    machine.run(refresh_cpu_vm_stats(machine.cpu()));
    expect(pass()).toBe(1);
  });
});

describe('a lazyfree page without a hunk of p3', () => {
  const reclaimed = (left: Parameters<(typeof NAMED_VARIANTS)['fixed']['minus']>[0]): Programs => {
    const machine = boot({}, NAMED_VARIANTS.fixed.minus(left).switches());
    machine.map(0, 4);
    machine.write(0, 7);
    machine.advise(0, 1, 'FREE');
    machine.kernel.machine.runAlone(reclaimInactive(machine.cpu(), 'anon', 32));
    return machine;
  };

  it('is a BUG in try_to_unmap_one without the flag that shrink_inactive_list passes', () => {
    const machine = reclaimed(['p3/mm/vmscan/shrink_inactive_list']);
    expect(machine.kernel.machine.faults).toMatchObject([{ kind: 'BUG' }]);
  });

  it('is swapped without the case in shrink_page_list', () => {
    const machine = reclaimed(['p3/mm/vmscan/shrink_page_list', 'p4/mm/vmscan/shrink_page_list']);
    expect(machine.kernel.machine.faults).toEqual([]);
    expect(machine.event('PGLAZYFREE')).toBe(0);
  });
});

describe('reclaim of a file page', () => {
  const mapped = (): { machine: Programs; page: number } => {
    const machine = boot();
    machine.map(0, 2, { kind: 'shared-file', mapping: machine.file() });
    expect(machine.read(0)).toBe(1);
    machine.run(lru_add_drain(machine.cpu()));
    return { machine, page: machine.pageAt(0) };
  };

  it('spares it once for the access that brought it in, then frees it; it is read again', () => {
    const { machine, page } = mapped();
    expect(machine.run(reclaimInactive(machine.cpu(), 'file', 32))).toBe(0);
    expect(machine.has(page, 'PG_referenced')).toBe(true);
    expect(machine.run(reclaimInactive(machine.cpu(), 'file', 32))).toBe(1);
    expect(machine.rss().file).toBe(0);
    expect(machine.read(0)).toBe(1);
  });

  it('keeps a dirty one', () => {
    const { machine, page } = mapped();
    machine.write(0, 9);
    machine.run(reclaimInactive(machine.cpu(), 'file', 32));
    machine.run(reclaimInactive(machine.cpu(), 'file', 32));
    expect(machine.has(page, 'PG_reclaim')).toBe(true);
    expect(freed(machine, page)).toBe(false);
    expect(machine.read(0)).toBe(9);
  });
});

describe('page_mkclean', () => {
  it('makes shared ptes clean and read-only, and counts them', () => {
    const machine = boot();
    machine.map(0, 2, { kind: 'shared-file', mapping: machine.file() });
    machine.write(0, 9);
    const page = machine.pageAt(0);
    machine.set(page + Page.PG_locked, -1);
    expect(machine.run(page_mkclean(machine.cpu(), page))).toBe(1);
    expect(pte_write(machine.pte(0)) || pte_dirty(machine.pte(0))).toBe(false);
    expect(machine.run(page_mkclean(machine.cpu(), page))).toBe(0);
  });

  it('leaves private mappings alone', () => {
    const machine = boot();
    machine.map(0, 2, { kind: 'private-file', mapping: machine.file() });
    machine.read(0);
    const page = machine.pageAt(0);
    machine.setPte(0, pte_mkwrite(machine.pte(0)));
    machine.set(page + Page.PG_locked, -1);
    expect(machine.run(page_mkclean(machine.cpu(), page))).toBe(0);
  });
});
