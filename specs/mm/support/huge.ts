import { pmd_pfn, pmd_trans_huge } from '../../../model/arch/x86/include/asm/pgtable-pmd';
import { mm_struct, Page } from '../../../model/include/linux/mm_types';
import { readLock, readUnlock, type Steps } from '../../../model/machine/op';
import type { Ptr } from '../../../model/machine/struct';
import { khugepagedCollapse } from '../../../model/mm/huge_memory';
import { get_user_pages } from '../../../model/mm/memory';
import { lru_add_drain } from '../../../model/mm/swap';
import type { KernelConfig } from '../../../model/state/config';
import { boot, type Hunks, type Programs } from './boot';

export const PAGE = 4096;
export const START = 4;
export const SIZE = 4;

/** Process 0 with an area of 4 aligned pages for which huge pages are wanted. */
export function advised(config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs {
  const bench = boot({ frames: 32, ...config }, hunks);
  bench.map(START, SIZE);
  expect(bench.advise(START, SIZE, 'HUGEPAGE')).toBe(0);
  return bench;
}

/** The same, with a huge page whose third small page holds 7. */
export function written(config: Partial<KernelConfig> = {}, hunks: Hunks = 'base'): Programs {
  const bench = advised(config, hunks);
  bench.write(START + 2, 7);
  bench.run(lru_add_drain(bench.cpu()));
  return bench;
}

export const pmd = (bench: Programs, process = 0): number =>
  bench.word(bench.kernel.pmd(bench.mm(process), START));
export const head = (bench: Programs, process = 0): Ptr =>
  bench.kernel.pageAt(pmd_pfn(pmd(bench, process)));
export const small = (bench: Programs, page: Ptr): Ptr[] =>
  [0, 1, 2, 3].map((i) => bench.kernel.pageAt(bench.kernel.pfn(page) + i));
export const tag = (bench: Programs, page: Ptr): number => bench.word(page + Page.mapping) & 7;
export const isHuge = (bench: Programs, process = 0): boolean =>
  pmd_trans_huge(pmd(bench, process));
export const collapse = (bench: Programs) => khugepagedCollapse(bench.cpu(), bench.mm(), START);

/** Pins a page of process 0. */
export function* pin(bench: Programs, address: number, write = true): Steps<Ptr> {
  const sem = bench.mm() + mm_struct.offset.mmap_sem;
  yield readLock(sem);
  const page = yield* get_user_pages(bench.task(), bench.mm(), address, write, false);
  yield readUnlock(sem);
  return page;
}
