/** mm/ksm.c: taking a process's page out of KSM again, by the write fault that copies it. */
import {
  VM_FAULT_OOM,
  VM_FAULT_SIGBUS,
  VM_FAULT_WRITE,
  FAULT_FLAG_WRITE,
} from '../../include/linux/vm_fault';
import { FOLL_GET, FOLL_MIGRATION } from '../../include/linux/foll';
import { PageKsm } from '../../include/linux/ksm';
import {
  mm_struct,
  vm_area_struct,
  type Address,
  type Mm,
  type Vma,
} from '../../include/linux/mm_types';
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { VM_MERGEABLE } from '../../include/linux/vm_flags';
import { load, readLock, readUnlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, RmapItem } from '../../state/kernel';
import { follow_page_mask, handle_mm_fault } from '../memory';
import { find_vma } from '../mmap';
import { put_anon_vma } from '../rmap';
import { put_page } from '../swap';
import { ksm_test_exit, type RmapItemPtr } from './page';

const V = vm_area_struct.offset;

/**
 * mm/ksm.c break_ksm: faults until the page at the address is none of KSM's. mmap_sem is held. A
 * page under migration is waited for.
 *
 * @returns 0 or -ENOMEM.
 */
export function* break_ksm(cpu: Cpu, vma: Vma, address: Address): Steps<number> {
  const mm = yield load(vma + V.vm_mm);
  let ret = 0;
  do {
    const page = yield* follow_page_mask(cpu, vma, address, FOLL_GET | FOLL_MIGRATION);
    if (page <= 0) break;
    ret = (yield* PageKsm(page))
      ? yield* handle_mm_fault(cpu, mm, vma, address, FAULT_FLAG_WRITE)
      : VM_FAULT_WRITE;
    yield* put_page(cpu, page);
  } while ((ret & (VM_FAULT_WRITE | VM_FAULT_SIGBUS | VM_FAULT_OOM)) === 0);
  return (ret & VM_FAULT_OOM) !== 0 ? -ENOMEM : 0;
}

/** mm/ksm.c find_mergeable_vma: mmap_sem is held. @returns 0 if KSM has no business there. */
export function* find_mergeable_vma(mm: Mm, address: Address): Steps<Vma> {
  if (yield* ksm_test_exit(mm)) return 0;
  const vma = yield* find_vma(mm, address);
  if (vma === 0 || peek(vma + V.vm_start) > address) return 0;
  const mergeable = (peek(vma + V.vm_flags) & VM_MERGEABLE) !== 0;
  return mergeable && peek(vma + V.anon_vma) !== 0 ? vma : 0;
}

/** mm/ksm.c break_cow: undoes a merge that led nowhere, with the anon_vma reference it took. */
export function* break_cow(cpu: Cpu, item: RmapItemPtr): Steps {
  const mm = kernel.rmapItemMm(item);
  const address = kernel.rmapItemAddress(item);
  yield* put_anon_vma(yield load(item + RmapItem.anon_vma));
  yield readLock(mm + mm_struct.offset.mmap_sem);
  const vma = yield* find_mergeable_vma(mm, address);
  if (vma !== 0) yield* break_ksm(cpu, vma, address);
  yield readUnlock(mm + mm_struct.offset.mmap_sem);
}

/** mm/ksm.c unmerge_ksm_pages: mmap_sem is held. Signals are left out. @returns 0 or -ENOMEM. */
export function* unmerge_ksm_pages(
  cpu: Cpu,
  vma: Vma,
  start: Address,
  end: Address,
): Steps<number> {
  const mm = yield load(vma + V.vm_mm);
  for (let address = start; address < end; address++) {
    if (yield* ksm_test_exit(mm)) break;
    const error = yield* break_ksm(cpu, vma, address);
    if (error !== 0) return error;
  }
  return 0;
}
