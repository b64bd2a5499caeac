import { userRead } from '../../model/hardware/user-access';
import { ADVICE } from '../../model/include/uapi/asm-generic/mman-common';
import { split_huge_page } from '../../model/mm/huge_memory';
import { sys_madvise } from '../../model/mm/madvise';
import { memory_failure } from '../../model/mm/memory-failure';
import { head, isHuge, PAGE, pmd, SIZE, START, written } from './support/huge';
import { preemptedOutcomes } from './support/outcomes';

// Rests on mm/huge_memory.c __split_huge_page_map, whose loop asks pmd_young(*pmd) for every pte, while
// userland has access to the huge page (its comment says so): a CPU may set A in the pmd meanwhile.

it('an access during a split makes those ptes young that are made after it', () => {
  const bench = written({ cpus: 2 });
  const page = head(bench);
  bench.set(bench.kernel.pmd(bench.mm(), START), pmd(bench) & ~(1 << 5));
  const young = preemptedOutcomes(
    bench.kernel,
    [() => split_huge_page(bench.cpu(), page), () => userRead(bench.task(0, 1), START, 0)],
    () => {
      expect(isHuge(bench)).toBe(false);
      return Array.from({ length: SIZE }, (_, i) => Number(bench.at(START + i).young)).join('');
    },
  );
  // 0000 is an access after the last look, and 1000 one after the split.
  expect(young).toEqual(['0000', '0001', '0011', '0111', '1000', '1111']);
});

// mm_find_pmd looks at the pmd without its lock, and zap_huge_pmd takes the pmd away before the mapcount: a
// split in between counts one mapping less than the page has. 3.14 has it so.
it('a split in the middle of a zap meets a BUG', () => {
  const bench = written({ cpus: 2 });
  const page = head(bench);
  const call = () => {
    const { DONTNEED } = ADVICE;
    return sys_madvise(bench.task(0, 1), START * PAGE, SIZE * PAGE, DONTNEED);
  };
  const faults = preemptedOutcomes(
    bench.kernel,
    [call, () => memory_failure(bench.cpu(), page)],
    () => bench.kernel.machine.faults.map(({ where, what }) => `${where}: ${what}`).join(),
  );
  const bug = 'mm/huge_memory.c __split_huge_page: mapcount != page_mapcount(page)';
  expect(faults).toEqual(['', bug]);
});
