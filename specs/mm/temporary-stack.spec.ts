import { VM_RAND_READ, VM_SEQ_READ } from '../../model/include/linux/vm_flags';
import { vm_area_struct } from '../../model/include/linux/mm_types';
import { lru_add_drain } from '../../model/mm/swap';
import { boot, type Programs } from './support/boot';
import { collapse, isHuge, SIZE, START } from './support/huge';

// Rests on include/linux/huge_mm.h transparent_hugepage_enabled and mm/huge_memory.c hugepage_vma_check,
// which both end with is_vma_temporary_stack; __split_huge_page has a BUG_ON of it.

const flagsOf = (bench: Programs): number => bench.vmaAt(START) + vm_area_struct.offset.vm_flags;

/** The stack of a program that exec is about to start, for which huge pages are wanted. */
function execStack(): Programs {
  const bench = boot({ frames: 32 });
  bench.map(START, SIZE, { kind: 'exec-stack' });
  expect(bench.advise(START, SIZE, 'HUGEPAGE')).toBe(0);
  return bench;
}

describe('the stack that exec is setting up', () => {
  it('gets small pages, which no part of it has to split', () => {
    const bench = execStack();
    bench.write(START + 1, 7);
    expect([isHuge(bench), bench.rss().anon, bench.event('THP_FAULT_ALLOC')]).toEqual([
      false,
      1,
      0,
    ]);
    expect(bench.advise(START + 1, 1, 'DONTNEED')).toBe(0);
    expect(bench.kernel.machine.faults).toEqual([]);
  });

  it('is passed over by khugepaged until exec is done with it', () => {
    const bench = execStack();
    for (let i = 0; i < SIZE; i++) bench.write(START + i, i);
    bench.run(lru_add_drain(bench.cpu()));
    expect(bench.run(collapse(bench))).toBe(false);
    bench.set(flagsOf(bench), bench.word(flagsOf(bench)) & ~(VM_RAND_READ | VM_SEQ_READ));
    expect(bench.run(collapse(bench))).toBe(true);
  });
});
