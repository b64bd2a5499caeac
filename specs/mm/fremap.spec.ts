import {
  pte_dirty,
  pte_file,
  pte_pfn,
  pte_present,
  pte_to_pgoff,
} from '../../model/arch/x86/include/asm/pgtable';
import { EINVAL } from '../../model/include/uapi/asm-generic/errno-base';
import { address_space, mm_struct, Page, vm_area_struct } from '../../model/include/linux/mm_types';
import { SWAP_AGAIN, SWAP_SUCCESS, TTU_UNMAP } from '../../model/include/linux/rmap';
import { VM_LOCKED, VM_NONLINEAR } from '../../model/include/linux/vm_flags';
import { sys_remap_file_pages } from '../../model/mm/fremap';
import type { MmapKind } from '../../model/mm/mmap';
import { try_to_unmap } from '../../model/mm/rmap';
import { smaps } from '../../model/state/inspect';
import { Processes } from './support/process';

// Rests on mm/fremap.c, mm/rmap.c try_to_unmap_nonlinear and page 5.5 of the facts.

const PAGE = 4096;
const remap = (bench: Processes, start: number, pages: number, pgoff: number) =>
  bench.run(sys_remap_file_pages(bench.task(), start * PAGE, pages * PAGE, pgoff));

/** Four pages of a file at 4 to 7, all of them present. */
function mapped(kind: MmapKind = 'shared-tmpfs') {
  const bench = new Processes();
  const vma = bench.map(4, 4, { kind });
  const { file } = bench.vmas()[0]!;
  remap(bench, 4, 1, 0);
  return { bench, vma, file };
}

/** The page of the file that a pte shows. */
const shown = (bench: Processes, address: number) =>
  bench.word(bench.kernel.pageAt(pte_pfn(bench.pte(address))) + Page.index);

describe('remap_file_pages', () => {
  it('shows other pages of the file, in a vma that is nonlinear from then on', () => {
    const { bench, vma, file } = mapped();
    expect(remap(bench, 4, 2, 5)).toBe(0);
    expect([shown(bench, 4), shown(bench, 5)]).toEqual([5, 6]);
    expect(bench.vmas()[0]!.flags & VM_NONLINEAR).not.toBe(0);
    expect(bench.word(file + address_space.offset.i_mmap)).toBe(0);
    expect(bench.word(file + address_space.offset.i_mmap_nonlinear)).toBe(vma);
    expect(bench.rss().file).toBe(2);
  });

  it('zaps the page that was there with a flush of its own, its dirtiness moved to the page', () => {
    const { bench } = mapped();
    remap(bench, 4, 1, 3);
    const page = bench.kernel.pageAt(pte_pfn(bench.pte(4)));
    bench.setPte(4, bench.pte(4) | (1 << 6));
    bench.set(page + Page.PG_dirty, 0);
    bench.set(bench.kernel.tlb(0, 4), bench.pte(4));
    remap(bench, 4, 1, 2);
    expect(bench.has(page, 'PG_dirty')).toBe(true);
    expect(bench.mapcount(page)).toBe(0);
    expect(shown(bench, 4)).toBe(2);
  });

  it('does nothing to a linear vma that shows these pages already', () => {
    const { bench } = mapped();
    expect(remap(bench, 5, 2, 1)).toBe(0);
    expect(bench.vmas()[0]!.flags & VM_NONLINEAR).toBe(0);
  });

  it('makes a linear vma of the range where a disk file accounts its dirty pages', () => {
    const { bench } = mapped('shared-file');
    expect(remap(bench, 5, 1, 3)).toBe(0);
    expect(bench.vmas().map(({ start, end, pgoff }) => [start, end, pgoff])).toEqual([
      [4, 5, 0],
      [5, 6, 3],
      [6, 8, 2],
    ]);
    expect(bench.vmas().every(({ flags }) => (flags & VM_NONLINEAR) === 0)).toBe(true);
  });

  it.each(['private-anon', 'private-tmpfs', 'pfn'] as const)('refuses %s', (kind) => {
    const bench = new Processes();
    bench.map(4, 4, { kind });
    expect(remap(bench, 4, 1, 2)).toBe(-EINVAL);
  });

  it('refuses a range that leaves its vma', () => {
    const { bench } = mapped();
    expect(remap(bench, 6, 4, 2)).toBe(-EINVAL);
    expect(remap(bench, 12, 1, 2)).toBe(-EINVAL);
  });

  it('keeps VM_LOCKED', () => {
    const { bench } = mapped();
    bench.addFlags(bench.vmaAt(4), VM_LOCKED);
    remap(bench, 4, 1, 2);
    expect(bench.vmas()[0]!.flags & VM_LOCKED).not.toBe(0);
  });
});

describe('try_to_unmap of a page in nonlinear vmas', () => {
  it('goes on from the cluster where the last walk had unmapped enough', () => {
    const bench = new Processes({ hugePages: 4 });
    bench.map(4, 8, { kind: 'shared-tmpfs' });
    remap(bench, 4, 1, 5);
    remap(bench, 9, 1, 6);
    const page = bench.kernel.pageAt(pte_pfn(bench.pte(9)));
    for (const at of [4, 9]) bench.setPte(at, bench.pte(at) & ~(1 << 5));
    bench.set(page + Page.PG_locked, -1);
    expect(bench.run(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).toBe(SWAP_AGAIN);
    expect([4, 9].map((at) => pte_present(bench.pte(at)))).toEqual([false, true]);
    expect(bench.run(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).toBe(SWAP_SUCCESS);
    expect([4, 9].map((at) => pte_file(bench.pte(at)) && pte_to_pgoff(bench.pte(at)))).toEqual([
      5, 6,
    ]);
    expect(bench.rss().file).toBe(0);
    expect(smaps(bench.mm())).toMatchObject({ Rss: 0, Nonlinear: 2 });
  });

  it('ages the young ones', () => {
    const { bench } = mapped();
    remap(bench, 4, 1, 5);
    const page = bench.kernel.pageAt(pte_pfn(bench.pte(4)));
    bench.setPte(4, bench.pte(4) | (1 << 5));
    bench.set(page + Page.PG_locked, -1);
    expect(bench.run(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).not.toBe(SWAP_SUCCESS);
    expect(bench.run(try_to_unmap(bench.cpu(), page, TTU_UNMAP))).toBe(SWAP_SUCCESS);
  });

  it('is a BUG in a locked vma if it meets a page whose lock is not held', () => {
    const { bench } = mapped();
    remap(bench, 4, 2, 5);
    const page = bench.kernel.pageAt(pte_pfn(bench.pte(5)));
    bench.set(page + Page.PG_locked, -1);
    const flags = bench.vmaAt(4) + vm_area_struct.offset.vm_flags;
    bench.set(flags, bench.word(flags) | VM_LOCKED);
    const faults = bench.faultsOf(try_to_unmap(bench.cpu(), page, TTU_UNMAP));
    expect(faults).toMatchObject([{ kind: 'BUG', where: 'mm/mlock.c mlock_vma_page' }]);
    expect(bench.word(bench.mm() + mm_struct.offset.mmap_sem)).toBe(1);
    expect(pte_dirty(bench.pte(4)) || pte_present(bench.pte(4))).toBe(true);
  });
});
