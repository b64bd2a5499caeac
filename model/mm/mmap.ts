/**
 * mm/mmap.c: mmap and munmap. Addresses and lengths are in pages. Accounting of committed memory,
 * limits on their number, and search for free addresses are left out: a caller says where.
 */
import {
  PAGE_SIZE,
  mk_pte,
  pte_mkspecial,
  set_pte_at,
  vm_get_page_prot,
} from '../arch/x86/include/asm/pgtable';
import { EINVAL, ENOMEM } from '../include/uapi/asm-generic/errno-base';
import {
  address_space,
  FileKind,
  mm_struct,
  Page,
  VM_FILE_NO_OPS,
  vm_area_struct,
  type Address,
  type AddressSpace,
  type Mm,
  type Vma,
} from '../include/linux/mm_types';
import * as flags from '../include/linux/vm_flags';
import { lock, step, unlock, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel, peek, poke } from '../state/kernel';
import { freeSlot } from '../state/slots';
import { pteAlloc } from './memory/pgtables';
import { munlock_vma_pages_all } from './mlock';
import { prevOfHole, split_vma } from './mmap/adjust';
import { vma_merge } from './mmap/merge';
import { ADDRESS_SPACE_END, remove_vma_list, unmap_region } from './mmap/teardown';
import {
  assertMmapWriteLocked,
  find_vma,
  find_vma_intersection,
  vmAreaAlloc,
  vmAreaFree,
  vmaBefore,
  vmaFrom,
  vma_link,
} from './mmap/vma';
import { alloc_page } from './page_alloc';
import { shmem_zero_setup } from './shmem';

export * from './mmap/adjust';
export * from './mmap/merge';
export { exit_mmap } from './mmap/teardown';
export { find_vma, find_vma_prev } from './mmap/vma';

const vma_ = vm_area_struct.offset;
const mm_ = mm_struct.offset;
const mapping_ = address_space.offset;

/** What a mapping is of, as far as the kernel treats it differently. */
export type MmapKind =
  | 'private-anon'
  /** Shared anonymous memory and shared /dev/zero: a tmpfs file of its own, which goes with its last vma. */
  | 'shared-anon'
  | 'private-file'
  | 'shared-file'
  | 'private-tmpfs'
  | 'shared-tmpfs'
  /** Private mapping of /dev/zero: a file whose vma has no operations. */
  | 'private-zero'
  /** A shared tmpfs mapping that remap_file_pages has already made nonlinear. */
  | 'nonlinear-file'
  | 'hugetlb'
  /** Device memory (remap_pfn_range). */
  | 'pfn'
  /** Private anonymous, VM_GROWSDOWN. */
  | 'stack'
  /** The stack of a program that exec is about to start (fs/exec.c __bprm_mm_init). */
  | 'exec-stack'
  /** install_special_mapping: operations, but no file. */
  | 'vdso';

export interface MmapOptions {
  readonly start: Address;
  readonly pages: number;
  readonly kind: MmapKind;
  /** VM_READ, VM_WRITE, VM_EXEC; PROT_* have the same values. */
  readonly prot: number;
  /** The file; of shared-anon an unused slot for it. 0 where the kind has none, or for any unused slot. */
  readonly mapping: AddressSpace;
  /** First page of the file, -1 for the usual one. Anonymous memory has its address there. */
  readonly pgoff: number;
  /** Size in pages that a file gets if this is its first use; that of shared-anon has the mapping's. */
  readonly fileSize: number;
}

interface KindTraits {
  readonly vm_flags: number;
  /** Kind of the file; 0: none is linked. */
  readonly file: number;
  readonly vm_ops: number;
}

const SHARED = flags.VM_SHARED | flags.VM_MAYSHARE;
const KINDS: Readonly<Record<MmapKind, KindTraits>> = {
  'private-anon': { vm_flags: 0, file: 0, vm_ops: 0 },
  'shared-anon': { vm_flags: SHARED, file: FileKind.tmpfs, vm_ops: 1 },
  'private-file': { vm_flags: 0, file: FileKind.file, vm_ops: 1 },
  'shared-file': { vm_flags: SHARED, file: FileKind.file, vm_ops: 1 },
  'private-tmpfs': { vm_flags: 0, file: FileKind.tmpfs, vm_ops: 1 },
  'shared-tmpfs': { vm_flags: SHARED, file: FileKind.tmpfs, vm_ops: 1 },
  'private-zero': { vm_flags: 0, file: 0, vm_ops: 0 },
  'nonlinear-file': { vm_flags: SHARED | flags.VM_NONLINEAR, file: FileKind.tmpfs, vm_ops: 1 },
  hugetlb: {
    vm_flags: SHARED | flags.VM_HUGETLB | flags.VM_DONTEXPAND,
    file: FileKind.hugetlbfs,
    vm_ops: 1,
  },
  pfn: {
    vm_flags: SHARED | flags.VM_IO | flags.VM_PFNMAP | flags.VM_DONTEXPAND | flags.VM_DONTDUMP,
    file: FileKind.pfn,
    vm_ops: 0,
  },
  stack: { vm_flags: flags.VM_GROWSDOWN, file: 0, vm_ops: 0 },
  'exec-stack': {
    vm_flags: flags.VM_GROWSDOWN | flags.VM_STACK_INCOMPLETE_SETUP,
    file: 0,
    vm_ops: 0,
  },
  vdso: { vm_flags: flags.VM_DONTEXPAND, file: 0, vm_ops: 1 },
};

/** mm/util.c vm_mmap_pgoff: mmap(2) at a fixed address. @returns the address or -errno. */
export function* vm_mmap(cpu: Cpu, options: MmapOptions): Steps<number> {
  yield lock(cpu.mm + mm_.mmap_sem);
  const result = yield* do_mmap(cpu, cpu.mm, options);
  yield unlock(cpu.mm + mm_.mmap_sem);
  return result;
}

/** mm/mmap.c sys_munmap, vm_munmap. Arguments in bytes. @returns 0 or -errno. */
export function* sys_munmap(cpu: Cpu, addr: number, len: number): Steps<number> {
  yield lock(cpu.mm + mm_.mmap_sem);
  const aligned = addr % PAGE_SIZE === 0;
  const result = aligned
    ? yield* do_munmap(cpu, cpu.mm, addr / PAGE_SIZE, Math.ceil(len / PAGE_SIZE))
    : -EINVAL;
  yield unlock(cpu.mm + mm_.mmap_sem);
  return result;
}

/**
 * mm/mmap.c do_mmap_pgoff, mmap_region, with MAP_FIXED: what was there before goes. mmap_sem held
 * for writing. Opening the file and what its ->mmap does are in here too.
 *
 * @returns the address or -errno.
 */
function* do_mmap(cpu: Cpu, mm: Mm, options: MmapOptions): Steps<number> {
  assertMmapWriteLocked(mm, 'do_mmap');
  const { start, pages, kind } = options;
  if (pages <= 0 || start < 0 || start + pages > kernel.config.pages) return -EINVAL;
  const traits = KINDS[kind];
  const mapping = yield* open_file(kind, traits, options);
  const may = flags.VM_MAYREAD | flags.VM_MAYWRITE | flags.VM_MAYEXEC;
  const range = {
    vm_flags: (options.prot & flags.VM_ACCESS_FLAGS) | may | traits.vm_flags,
    anon_vma: 0,
    file: kind === 'private-zero' ? VM_FILE_NO_OPS : mapping,
    pgoff: rangePgoff(kind, options),
  };
  return yield* mmap_region(cpu, mm, options, range, traits.vm_ops);
}

/** Private mappings whose pages have no other origin. */
const ANONYMOUS: readonly MmapKind[] = ['private-anon', 'stack', 'exec-stack'];

/**
 * vm_pgoff: where there is no file the address (of the vdso by insert_vm_struct), of shared anonymous memory
 * 0, else the file's page.
 */
function rangePgoff(kind: MmapKind, { start, pgoff }: MmapOptions): number {
  if (ANONYMOUS.includes(kind) || kind === 'vdso') return start;
  return kind === 'shared-anon' ? 0 : Math.max(0, pgoff);
}

/** The file of a mapping, made at its first use: by an open before, or of shared-anon by shmem_zero_setup. */
function* open_file(kind: MmapKind, traits: KindTraits, options: MmapOptions): Steps<AddressSpace> {
  if (traits.file === 0) return 0;
  yield step(kernel.mappings);
  const mapping = options.mapping === 0 ? unusedMapping() : options.mapping;
  const isNew = peek(mapping + mapping_.kind) === 0;
  if (kind === 'shared-anon' && !isNew) throw new Error('do_mmap: shared-anon makes its own file');
  if (isNew) {
    poke(mapping + mapping_.kind, traits.file);
    poke(mapping + mapping_.size, options.fileSize);
  }
  if (peek(mapping + mapping_.kind) !== traits.file) {
    throw new Error(`do_mmap: this file cannot be mapped as ${kind}`);
  }
  return mapping;
}

const unusedMapping = (): AddressSpace =>
  freeSlot({
    what: 'files',
    option: 'files',
    base: kernel.mappings,
    layout: address_space,
    count: kernel.config.files,
    inUse: mapping_.kind,
  });

/** mm/mmap.c mmap_region. A new or expanded vma is soft-dirty. */
export function* mmap_region(
  cpu: Cpu,
  mm: Mm,
  { start, pages, kind }: Pick<MmapOptions, 'start' | 'pages' | 'kind'>,
  range: Parameters<typeof vma_merge>[5],
  vm_ops: number,
): Steps<number> {
  const end = start + pages;
  if (yield* find_vma_intersection(mm, start, end)) {
    if ((yield* do_munmap(cpu, mm, start, pages)) !== 0) return -ENOMEM;
  }
  yield step(mm + mm_.mmap);
  let vma = yield* vma_merge(cpu, mm, prevOfHole(mm, start), start, end, range);
  if (vma === 0) {
    vma = yield* vmAreaAlloc(mm);
    if (vma === 0) return -ENOMEM;
    yield step(vma + vma_.vm_start);
    poke(vma + vma_.vm_start, start);
    poke(vma + vma_.vm_end, end);
    poke(vma + vma_.vm_flags, range.vm_flags);
    poke(vma + vma_.vm_pgoff, range.pgoff);
    poke(vma + vma_.vm_file, range.file);
    poke(vma + vma_.vm_ops, vm_ops);
    if (!(yield* driverMmap(cpu, vma, kind))) {
      yield step(vma + vma_.vm_end);
      vmAreaFree(vma);
      return -ENOMEM;
    }
    yield* vma_link(mm, vma);
  }
  if (range.vm_flags & flags.VM_LOCKED) yield* accountLocked(mm, vma, range.vm_flags, pages);
  yield step(vma + vma_.vm_flags);
  poke(vma + vma_.vm_flags, peek(vma + vma_.vm_flags) | flags.VM_SOFTDIRTY);
  return start;
}

/** The end of mmap_region, for a locked range: special mappings are not locked. */
function* accountLocked(mm: Mm, vma: Vma, vm_flags: number, pages: number): Steps {
  if ((vm_flags & flags.VM_SPECIAL) === 0 && (peek(vma + vma_.vm_flags) & flags.VM_HUGETLB) === 0) {
    yield step(mm + mm_.locked_vm);
    poke(mm + mm_.locked_vm, peek(mm + mm_.locked_vm) + pages);
  } else {
    yield step(vma + vma_.vm_flags);
    poke(vma + vma_.vm_flags, peek(vma + vma_.vm_flags) & ~flags.VM_LOCKED);
  }
}

/** What ->mmap, shmem_zero_setup, install_special_mapping bring along. @returns false without memory. */
function* driverMmap(cpu: Cpu, vma: Vma, kind: MmapKind): Steps<boolean> {
  if (kind === 'shared-anon') yield* shmem_zero_setup(vma);
  if (kind === 'pfn') return yield* remap_pfn_range(cpu, vma);
  if (kind !== 'vdso') return true;
  const page = yield* reserved_page(cpu);
  yield step(vma + vma_.vm_private_data);
  poke(vma + vma_.vm_private_data, page);
  return page !== 0;
}

/**
 * mm/memory.c remap_pfn_range: special ptes for the whole vma. The device's memory is reserved
 * frames, kept where a file would have its pages.
 */
function* remap_pfn_range(cpu: Cpu, vma: Vma): Steps<boolean> {
  const mapping = peek(vma + vma_.vm_file);
  const mm = peek(vma + vma_.vm_mm);
  const prot = vm_get_page_prot(peek(vma + vma_.vm_flags));
  const start = peek(vma + vma_.vm_start);
  const pages = peek(vma + vma_.vm_end) - start;
  for (let i = 0; i < pages; i++) {
    const slot = kernel.pageTree(mapping, peek(vma + vma_.vm_pgoff) + i);
    if (peek(slot) === 0) {
      const page = yield* reserved_page(cpu);
      if (page === 0) return false;
      yield step(slot);
      poke(slot, page);
    }
    const page = peek(slot);
    const ptl = kernel.ptl(mm, start + i);
    if ((yield* pteAlloc(mm, vma, start + i)) !== 0) return false;
    yield lock(ptl);
    yield set_pte_at(kernel.pte(mm, start + i), pte_mkspecial(mk_pte(page, prot)));
    yield unlock(ptl);
  }
  return true;
}

/** A frame that is nobody's but a driver's; 0 without memory. */
function* reserved_page(cpu: Cpu): Steps<Page> {
  const page = yield* alloc_page(cpu);
  if (page === 0) return 0;
  yield step(page);
  poke(page + Page.PG_reserved, 1);
  poke(page + Page.PG_uptodate, 1);
  return page;
}

/**
 * mm/mmap.c do_munmap, with mmap_sem held for writing.
 *
 * @returns 0 (also where nothing is mapped), -EINVAL or -ENOMEM.
 */
export function* do_munmap(cpu: Cpu, mm: Mm, start: Address, len: number): Steps<number> {
  assertMmapWriteLocked(mm, 'do_munmap');
  if (start < 0 || len <= 0 || start + len > kernel.config.pages) return -EINVAL;
  const end = start + len;
  const first = yield* find_vma(mm, start);
  if (first === 0 || peek(first + vma_.vm_start) >= end) return 0;
  if (start > peek(first + vma_.vm_start)) {
    const error = yield* split_vma(cpu, mm, first, start, false);
    if (error !== 0) return error;
  }
  const last = yield* find_vma(mm, end);
  if (last !== 0 && end > peek(last + vma_.vm_start)) {
    const error = yield* split_vma(cpu, mm, last, end, true);
    if (error !== 0) return error;
  }
  yield step(mm + mm_.mmap);
  const vmas = vmasBetween(mm, start, end);
  yield* munlockVmas(cpu, mm, vmas);
  yield step(mm + mm_.mmap);
  const { floor, ceiling } = detach_vmas_to_be_unmapped(mm, vmas);
  yield* unmap_region(cpu, mm, vmas, start, end, floor, ceiling);
  yield* remove_vma_list(cpu, vmas);
  return 0;
}

function vmasBetween(mm: Mm, start: Address, end: Address): Vma[] {
  const vmas: Vma[] = [];
  let vma = vmaFrom(mm, start);
  for (; vma !== 0 && peek(vma + vma_.vm_start) < end; vma = peek(vma + vma_.vm_next)) {
    vmas.push(vma);
  }
  return vmas;
}

/** The part of do_munmap for VM_LOCKED vmas. */
function* munlockVmas(cpu: Cpu, mm: Mm, vmas: readonly Vma[]): Steps {
  if (peek(mm + mm_.locked_vm) === 0) return;
  for (const vma of vmas) {
    if ((peek(vma + vma_.vm_flags) & flags.VM_LOCKED) === 0) continue;
    yield step(mm + mm_.locked_vm);
    const pages = peek(vma + vma_.vm_end) - peek(vma + vma_.vm_start);
    poke(mm + mm_.locked_vm, peek(mm + mm_.locked_vm) - pages);
    yield* munlock_vma_pages_all(cpu, vma);
  }
}

/**
 * mm/mmap.c detach_vmas_to_be_unmapped: out of the mm, still linked to one another. Atomic section.
 *
 * @returns the end of the vma below and the start of the vma above.
 */
function detach_vmas_to_be_unmapped(
  mm: Mm,
  vmas: readonly Vma[],
): { floor: Address; ceiling: Address } {
  const prev = vmaBefore(mm, vmas[0]!);
  const tail = vmas[vmas.length - 1]!;
  const next = peek(tail + vma_.vm_next);
  poke(prev === 0 ? mm + mm_.mmap : prev + vma_.vm_next, next);
  poke(tail + vma_.vm_next, 0);
  return {
    floor: prev === 0 ? 0 : peek(prev + vma_.vm_end),
    ceiling: next === 0 ? ADDRESS_SPACE_END() : peek(next + vma_.vm_start),
  };
}
