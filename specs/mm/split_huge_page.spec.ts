import { userRead } from '../../model/hardware/user-access';
import { split_huge_page } from '../../model/mm/huge_memory';
import { head, isHuge, pmd, SIZE, START, written } from './support/huge';
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
