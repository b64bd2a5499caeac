import { pte_none, pte_present } from '../../model/arch/x86/include/asm/pgtable';
import {
  anon_vma,
  mm_struct,
  Page,
  vm_area_struct,
  type Vma,
} from '../../model/include/linux/mm_types';
import { SWAP_AGAIN, SWAP_SUCCESS, TTU_UNMAP } from '../../model/include/linux/rmap';
import { VM_GROWSDOWN, VM_STACK_INCOMPLETE_SETUP } from '../../model/include/linux/vm_flags';
import { EFAULT } from '../../model/include/uapi/asm-generic/errno-base';
import { userWrite } from '../../model/hardware/user-access';
import { do_exit } from '../../model/kernel/fork';
import { load, unlock, type Steps } from '../../model/machine/op';
import { split_huge_page } from '../../model/mm/huge_memory';
import { expand_stack, sys_munmap } from '../../model/mm/mmap';
import { sys_mremap } from '../../model/mm/mremap';
import {
  anon_vma_prepare,
  page_address_in_vma,
  page_check_address,
  page_get_anon_vma,
  page_lock_anon_vma_read,
  page_referenced,
  page_unlock_anon_vma_read,
  put_anon_vma,
  rmap_walk,
  try_to_unmap,
} from '../../model/mm/rmap';
import { add_to_swap } from '../../model/mm/swap_state';
import { put_page } from '../../model/mm/swap';
import type { Cpu } from '../../model/state/cpu';
import { anonVmas, swapMap } from '../../model/state/inspect';
import { boot, type Programs } from './support/boot';
import { outcomesOf } from './support/outcomes';
import { Processes } from './support/process';

// Rests on mm/rmap.c: what its locks, references and RCU keep apart, over every interleaving.

const PAGE = 4096;
const kernelThread: Cpu = { id: 1, name: 'kswapd', mm: 0, kswapd: true };

/** A mapping at 1 whose page at 1 is old, and held by a reference as an isolated page is. */
function withPage(swapCache = false) {
  const bench = new Processes({ cpus: 2, hugePages: 8 });
  const vma = bench.map(1, 2);
  const page = bench.anonPage(1, { young: false });
  bench.set(page + Page._count, bench.count(page) + 1);
  if (swapCache) {
    bench.set(page + Page.PG_locked, -1);
    bench.run(add_to_swap(bench.cpu(), page));
  }
  return { bench, vma, page };
}

const faults = (bench: Processes) => bench.kernel.machine.faults.map(({ what }) => what).join();

describe('two threads that fault at once', () => {
  it('leave one anon_vma behind', () => {
    const bench = new Processes({ cpus: 2 });
    const vma = bench.map(1, 2);
    const prepare = (id: number) => () => anon_vma_prepare(bench.task(0, id), vma);
    const seen = outcomesOf(bench.kernel, [prepare(0), prepare(1)], (results) => {
      const views = anonVmas();
      return `${results.join()} ${views.length} ${views[0]!.vmas.length} ${views[0]!.refcount}`;
    });
    expect(seen).toEqual(['0,0 1 1 1']);
  });
});

describe('munmap beside a look at the reverse map', () => {
  const munmap = (bench: Processes) => () => sys_munmap(bench.task(), PAGE, 2 * PAGE);
  const left = (bench: Processes, results: readonly unknown[]) =>
    `${String(results[0])} ${anonVmas().length} ${faults(bench)}`;

  it('leaves a referenced anon_vma to whoever has the reference', () => {
    const { bench, page } = withPage();
    function* getAndPut(): Steps<string> {
      const anonVma = yield* page_get_anon_vma(kernelThread, page);
      if (anonVma !== 0) yield* put_anon_vma(anonVma);
      return anonVma === 0 ? 'none' : 'got';
    }
    const seen = outcomesOf(bench.kernel, [getAndPut, munmap(bench)], (r) => left(bench, r));
    expect(seen).toEqual(['got 0 ', 'none 0 ']);
  });

  it('waits for a reader of the lock, who finds the vma still linked', () => {
    const { bench, vma, page } = withPage();
    function* lockAndLook(): Steps<string> {
      const anonVma = yield* page_lock_anon_vma_read(kernelThread, page);
      if (anonVma === 0) return 'none';
      const linked: Vma[] = [...anonVmas().find((view) => view.anonVma === anonVma)!.vmas];
      yield* page_unlock_anon_vma_read(anonVma);
      return linked.includes(vma) ? 'linked' : 'unlinked';
    }
    const seen = outcomesOf(bench.kernel, [lockAndLook, munmap(bench)], (r) => left(bench, r));
    expect(seen).toEqual(['linked 0 ', 'none 0 ']);
  });

  it('and page_referenced do not disturb each other', () => {
    const { bench, page } = withPage();
    const tasks = [
      function* () {
        return (yield* page_referenced(kernelThread, page, false)).referenced;
      },
      munmap(bench),
    ];
    expect(outcomesOf(bench.kernel, tasks, (r) => left(bench, r))).toEqual(['0 0 ']);
  });

  it('and try_to_unmap leave nothing of the page, whoever takes the pte', () => {
    const { bench, page } = withPage(true);
    function* unmap(): Steps<number> {
      return yield* try_to_unmap(kernelThread, page, TTU_UNMAP);
    }
    const seen = outcomesOf(bench.kernel, [unmap, munmap(bench)], (results) => {
      const { anon, swap } = bench.rss();
      const slot = swapMap()[0];
      return `${left(bench, results)} rss ${anon} ${swap} slot ${slot?.count} ${bench.count(page)}`;
    });
    // The swap cache and the reference of the start are left. A walk may find the pte gone and the
    // page still counted as mapped.
    const end = '0  rss 0 0 slot 0 2';
    expect(seen).toEqual([`${SWAP_SUCCESS} ${end}`, `${SWAP_AGAIN} ${end}`]);
  });
});

describe('exit beside reclaim', () => {
  it('leaves nothing', () => {
    const { bench, page } = withPage();
    function* look(): Steps<string> {
      yield* page_referenced(kernelThread, page, false);
      yield* put_page(kernelThread, page);
      return 'done';
    }
    const tasks = [look, () => do_exit(bench.task(), bench.mm())];
    const seen = outcomesOf(bench.kernel, tasks, ([result]) => {
      const free = bench.stat('NR_FREE_PAGES') === bench.kernel.config.frames - 1;
      return `${String(result)} ${anonVmas().length} ${free} ${faults(bench)}`;
    });
    expect(seen).toEqual(['done 0 true ']);
  });
});

describe('mremap beside try_to_unmap', () => {
  it('hides the page only from a look that does not take the lock', () => {
    const { bench, page } = withPage(true);
    const move = () => sys_mremap(bench.task(), PAGE, PAGE, 9 * PAGE);
    const unmap = () => try_to_unmap(kernelThread, page, TTU_UNMAP);
    const seen = outcomesOf(bench.kernel, [unmap, move], ([result]) => {
      const swapped = !pte_none(bench.pte(9)) && !pte_present(bench.pte(9));
      return `${String(result)} ${swapped} ${bench.mapcount(page)} ${faults(bench)}`;
    });
    // page_check_address passes by a pte that is away, and then one that is not there yet.
    expect(seen).toEqual([`${SWAP_SUCCESS} true 0 `, `${SWAP_AGAIN} false 1 `]);
  });

  it('shows a walk that takes the lock the page, old place or new', () => {
    const { bench, page } = withPage();
    const move = () => sys_mremap(bench.task(), PAGE, PAGE, 9 * PAGE);
    function* look(): Steps<number> {
      let found = 0;
      yield* rmap_walk(kernelThread, page, {
        *rmap_one(_page, vma, address) {
          const mm = bench.word(vma + vm_area_struct.offset.vm_mm);
          if ((yield* page_check_address(kernelThread, page, mm, address, true)) === 0) {
            return SWAP_AGAIN;
          }
          found++;
          yield unlock(bench.kernel.ptl(mm, address));
          return SWAP_AGAIN;
        },
        anon_lock: (p) => page_lock_anon_vma_read(kernelThread, p),
      });
      return found;
    }
    const seen = outcomesOf(
      bench.kernel,
      [look, move],
      ([found]) => `${String(found)} ${faults(bench)}`,
    );
    expect(seen).toEqual(['1 ', '2 ']);
  });

  it('hides it from no walk where the move joins a vma that the walk meets first', () => {
    const bench = new Processes({ cpus: 2, hugePages: 8 });
    bench.map(1, 3);
    bench.anonPage(1);
    const page = bench.anonPage(3, { young: false });
    bench.run(sys_mremap(bench.task(), 3 * PAGE, PAGE, 9 * PAGE));
    bench.set(page + Page.PG_locked, -1);
    bench.run(add_to_swap(bench.cpu(), page));
    const back = () => sys_mremap(bench.task(), 9 * PAGE, PAGE, 3 * PAGE);
    const unmap = () => try_to_unmap(kernelThread, page, TTU_UNMAP);
    const seen = outcomesOf(bench.kernel, [unmap, back], ([result]) => {
      const swapped = !pte_none(bench.pte(3)) && !pte_present(bench.pte(3));
      return `${String(result)} ${swapped} ${bench.vmas().length} ${faults(bench)}`;
    });
    expect(seen).toEqual([`${SWAP_SUCCESS} true 1 `]);
  });
});

describe('mremap of a huge page beside a split', () => {
  it('takes no rmap lock for a pmd: the split finds it nowhere, which is a BUG', () => {
    // mm/mremap.c move_page_tables of 3.14.1 gives need_rmap_locks to move_ptes alone.
    const bench = boot({ cpus: 2, frames: 32, pages: 24, hugePages: 4 });
    bench.map(4, 8);
    bench.advise(4, 8, 'HUGEPAGE');
    bench.write(4, 1);
    bench.write(8, 1);
    const head = bench.at(8).page;
    bench.run(sys_mremap(bench.task(), 8 * PAGE, 4 * PAGE, 16 * PAGE));
    // Back it comes into the vma of the first huge page, which a walk visits first.
    const back = bench.start(sys_mremap(bench.task(), 16 * PAGE, 4 * PAGE, 8 * PAGE));
    bench.go(back, () => bench.word(bench.kernel.pmd(bench.mm(), 16)) === 0);
    const split = bench.start(split_huge_page(kernelThread, head));
    bench.go(split);
    expect(faults(bench)).toBe('mapcount != page_mapcount(page)');
  });
});

describe('a split while exec sets up a stack', () => {
  it('is a BUG where the stack maps the page, as a temporary stack gets no huge page', () => {
    const bench = boot({ cpus: 2, frames: 32, pages: 24, hugePages: 4 });
    bench.map(4, 4);
    bench.advise(4, 4, 'HUGEPAGE');
    bench.write(4, 1);
    const flags = bench.vmaAt(4) + vm_area_struct.offset.vm_flags;
    bench.set(flags, bench.word(flags) | VM_GROWSDOWN | VM_STACK_INCOMPLETE_SETUP);
    bench.go(bench.start(split_huge_page(kernelThread, bench.at(4).page)));
    expect(faults(bench)).toBe('is_vma_temporary_stack(vma)');
  });
});

// include/linux/pagemap.h linear_page_index loads two words; mm/mmap.c expand_downwards changes both
// under the anon_vma's lock and page_table_lock, and a fault holds neither where ptlocks are split.
describe('a stack that grows beside a fault in it', () => {
  const grown = () => {
    const k = boot({ cpus: 2, processes: 2 });
    const vma = k.map(8, 2, { kind: 'stack' });
    k.run(anon_vma_prepare(k.task(), vma));
    return { k, vma };
  };
  const indexOf9 = (k: Programs) => k.word(k.pageAt(9) + Page.index);

  it('may give the page an index that is off by what it grew, either way', () => {
    const { k, vma } = grown();
    const tasks = [() => userWrite(k.task(), 9, 0, 7), () => expand_stack(k.task(0, 1), vma, 7)];
    const seen = outcomesOf(k.kernel, tasks, () => `${indexOf9(k)}`);
    expect(seen).toEqual(['10', '8', '9']);
  });

  it('so leaves a page that is a BUG when a write would make it its own again', () => {
    const { k, vma } = grown();
    const task = k.start(userWrite(k.task(), 9, 0, 7));
    k.goUntil(task, load(vma + vm_area_struct.offset.vm_pgoff));
    const other = k.start(userWrite(k.task(0, 1), 8, 0, 7));
    k.go(other);
    k.go(task);
    k.go(other);
    expect([k.ended(task), k.vmas()[0]!.start, indexOf9(k)]).toEqual([true, 7, 8]);
    k.fork();
    k.run(do_exit(k.task(1), k.mm(1)));
    k.go(k.start(userWrite(k.task(), 9, 0, 8)));
    expect(faults(k)).toBe('page->index != linear_page_index(vma, address)');
  });

  it('may give page_address_in_vma an address that is off', () => {
    const { k, vma } = grown();
    k.write(9, 7);
    const page = k.pageAt(9);
    const tasks = [() => page_address_in_vma(page, vma), () => expand_stack(k.task(0, 1), vma, 7)];
    expect(outcomesOf(k.kernel, tasks, ([at]) => String(at))).toEqual([`${-EFAULT}`, '8', '9']);
  });
});

describe('two threads that grow a stack', () => {
  it('leave it as large as the larger of them wants', () => {
    const bench = new Processes({ cpus: 2 });
    const vma = bench.map(8, 2, { kind: 'stack' });
    bench.anonPage(8);
    const grow = (id: number) => () => expand_stack(bench.task(0, id), vma, 5 + id);
    const seen = outcomesOf(bench.kernel, [grow(0), grow(1)], (results) => {
      const [view] = bench.vmas();
      const tree = anonVmas()[0]!.vmas.length;
      return `${results.join()} ${view!.start} ${view!.pgoff} ${tree} ${faults(bench)}`;
    });
    expect(seen).toEqual(['0,0 5 5 1 ']);
    expect(bench.word(bench.anonVmaOf(vma) + anon_vma.offset.rwsem)).toBe(0);
    expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(0);
  });
});
