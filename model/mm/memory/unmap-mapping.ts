/** mm/memory.c: unmapping a range of a file from every mm. */
import { ULONG_MAX, type ZapDetails } from '../../include/linux/mm-zap';
import {
  address_space,
  vm_area_struct,
  type AddressSpace,
  type Vma,
} from '../../include/linux/mm_types';
import { lock, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { peek } from '../../state/kernel';
import { vmaIntervalTreeVmas, vmaNonlinearVmas } from '../interval_tree';
import { zap_page_range_single } from './unmap';

const V = vm_area_struct.offset;

/** mm/memory.c unmap_mapping_range_tree: the part of the hole that each linear vma maps. */
function* unmap_mapping_range_tree(cpu: Cpu, mapping: AddressSpace, details: ZapDetails): Steps {
  const { first_index, last_index } = details;
  for (const vma of vmaIntervalTreeVmas(mapping, first_index, last_index)) {
    const start = peek(vma + V.vm_start);
    const vba = peek(vma + V.vm_pgoff);
    const vea = vba + peek(vma + V.vm_end) - start - 1;
    const zba = Math.max(first_index, vba);
    const zea = Math.min(last_index, vea);
    yield* zap_page_range_single(cpu, vma, zba - vba + start, zea - zba + 1, details);
  }
}

/** mm/memory.c unmap_mapping_range_list: all of every nonlinear vma is searched. */
function* unmap_mapping_range_list(cpu: Cpu, vmas: readonly Vma[], details: ZapDetails): Steps {
  for (const vma of vmas) {
    details.nonlinear_vma = vma;
    const start = peek(vma + V.vm_start);
    yield* zap_page_range_single(cpu, vma, start, peek(vma + V.vm_end) - start, details);
  }
}

/**
 * mm/memory.c unmap_mapping_range: without mmap_sem, under i_mmap_mutex. The details are a variable
 * without an initialiser whose members are assigned one by one: lazy_free, which the series adds, is
 * not among them.
 *
 * @param holebegin first page; @param holelen pages, 0 for all up to the end of the file
 * @param even_cows also private copies and what is not present
 */
export function* unmap_mapping_range(
  cpu: Cpu,
  mapping: AddressSpace,
  holebegin: number,
  holelen: number,
  even_cows: boolean,
): Steps {
  const last = holebegin + holelen - 1;
  const details: ZapDetails = {
    check_mapping: even_cows ? 0 : mapping,
    nonlinear_vma: 0,
    first_index: holebegin,
    last_index: last < holebegin ? ULONG_MAX : last,
  };
  yield lock(mapping + address_space.offset.i_mmap_mutex);
  yield* unmap_mapping_range_tree(cpu, mapping, details);
  const nonlinear = vmaNonlinearVmas(mapping);
  yield* unmap_mapping_range_list(cpu, nonlinear, details);
  yield unlock(mapping + address_space.offset.i_mmap_mutex);
}
