/** mm/madvise.c: MADV_WILLNEED and MADV_REMOVE. mmap_sem is held for reading. */
import {
  pte_file,
  pte_none,
  pte_present,
  pte_to_swp_entry,
} from '../../arch/x86/include/asm/pgtable';
import { pmd_none, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import { fput, get_file } from '../../fs/file_table';
import { doFallocateHole } from '../../fs/open';
import { isShmem } from '../../include/linux/fs';
import {
  address_space,
  FileKind,
  mm_struct,
  VM_FILE_NO_OPS,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Vma,
} from '../../include/linux/mm_types';
import {
  non_swap_entry,
  radix_to_swp_entry,
  radix_tree_exceptional_entry,
  type SwpEntry,
} from '../../include/linux/swapops';
import {
  VM_HUGETLB,
  VM_LOCKED,
  VM_NONLINEAR,
  VM_SHARED,
  VM_WRITE,
} from '../../include/linux/vm_flags';
import { EACCES, EBADF, EINVAL, ENODEV } from '../../include/uapi/asm-generic/errno-base';
import { load, lock, readLock, readUnlock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { find_get_page } from '../filemap';
import { force_page_cache_readahead } from '../readahead';
import { lru_add_drain, put_page } from '../swap';
import { read_swap_cache_async } from '../swap_state';
import type { Advised } from './behavior';

const V = vm_area_struct.offset;

/** Page of the file that is at an address. */
const filePage = (vma: Vma, address: Address): number =>
  address - peek(vma + V.vm_start) + peek(vma + V.vm_pgoff);

/** Brings a swap slot's page into the cache; the pte stays as it is. */
function* readAhead(cpu: Cpu, entry: SwpEntry): Steps {
  const page = yield* read_swap_cache_async(cpu, entry);
  if (page !== 0) yield* put_page(cpu, page);
}

/** mm/madvise.c swapin_walk_pmd_entry, force_swapin_readahead: each pte under a ptl of its own taking. */
function* force_swapin_readahead(cpu: Cpu, vma: Vma, start: Address, end: Address): Steps {
  const mm = yield load(vma + V.vm_mm);
  for (let address = start; address < end; address++) {
    const pmd = yield load(kernel.pmd(mm, address));
    if (pmd_none(pmd) || pmd_trans_huge(pmd)) continue;
    yield lock(kernel.ptl(mm, address));
    const pte = peek(kernel.pte(mm, address));
    yield unlock(kernel.ptl(mm, address));
    if (pte_present(pte) || pte_none(pte) || pte_file(pte)) continue;
    const entry = pte_to_swp_entry(pte);
    if (!non_swap_entry(entry)) yield* readAhead(cpu, entry);
  }
  yield* lru_add_drain(cpu);
}

/** mm/madvise.c force_shm_swapin_readahead. */
function* force_shm_swapin_readahead(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
  mapping: AddressSpace,
): Steps {
  for (let address = start; address < end; address++) {
    const page = yield* find_get_page(cpu, mapping, filePage(vma, address));
    if (radix_tree_exceptional_entry(page)) yield* readAhead(cpu, radix_to_swp_entry(page));
    else if (page !== 0) yield* put_page(cpu, page);
  }
  yield* lru_add_drain(cpu);
}

/** mm/madvise.c madvise_willneed. @returns 0 or -EBADF. */
export function* madvise_willneed(cpu: Cpu, vma: Vma, start: Address, end: Address): Steps<number> {
  const file = yield load(vma + V.vm_file);
  if (file === VM_FILE_NO_OPS) return 0;
  if (kernel.config.CONFIG_SWAP && file === 0) {
    yield* force_swapin_readahead(cpu, vma, start, end);
    return 0;
  }
  if (file === 0) return -EBADF;
  if (kernel.config.CONFIG_SWAP && isShmem(file)) {
    yield* force_shm_swapin_readahead(cpu, vma, start, end, file);
    return 0;
  }
  yield* force_page_cache_readahead(cpu, file, filePage(vma, start), end - start);
  return 0;
}

/** mm/madvise.c madvise_remove: a hole in the file, made without mmap_sem. */
export function* madvise_remove(cpu: Cpu, vma: Vma, start: Address, end: Address): Steps<Advised> {
  const vm_flags = yield load(vma + V.vm_flags);
  if (vm_flags & (VM_LOCKED | VM_NONLINEAR | VM_HUGETLB)) return { error: -EINVAL, prev: 0 };
  const file = peek(vma + V.vm_file);
  if (file === 0) return { error: -EINVAL, prev: 0 };
  if ((vm_flags & (VM_SHARED | VM_WRITE)) !== (VM_SHARED | VM_WRITE)) {
    return { error: -EACCES, prev: 0 };
  }
  const mmap_sem = peek(vma + V.vm_mm) + mm_struct.offset.mmap_sem;
  const offset = filePage(vma, start);
  yield* get_file(file);
  yield readUnlock(mmap_sem);
  const device = (yield load(file + address_space.offset.kind)) === FileKind.pfn;
  const error = device ? -ENODEV : yield* doFallocateHole(cpu, file, offset, end - start);
  yield* fput(cpu, file);
  yield readLock(mmap_sem);
  return { error, prev: 0 };
}
