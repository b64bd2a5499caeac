/** mm/memory-failure.c: who has a poisoned page mapped, and the signals that they get. */
import { EFAULT } from '../../include/uapi/asm-generic/errno-base';
import { PageAnon } from '../../include/linux/mm';
import {
  address_space,
  anon_vma,
  mm_struct,
  Page,
  vm_area_struct,
  type Mm,
  type Page as PagePtr,
} from '../../include/linux/mm_types';
import { fetchOr, load, lock, step, unlock, type Steps } from '../../machine/op';
import type { Cpu } from '../../state/cpu';
import { kernel, peek } from '../../state/kernel';
import { anonVmaIntervalTreeVmas, vmaIntervalTreeVmas } from '../interval_tree';
import {
  page_address_in_vma,
  page_lock_anon_vma_read,
  page_mapped_in_vma,
  page_unlock_anon_vma_read,
} from '../rmap';

const V = vm_area_struct.offset;
const mm_ = mm_struct.offset;

const SIGBUS = 7;
const SIGKILL = 9;

/** struct to_kill. A process has one mm and no other, so it stands for the task. */
export interface ToKill {
  readonly mm: Mm;
  readonly addr_valid: boolean;
}

/**
 * mm/memory-failure.c task_early_kill: the sysctl decides; a process's own choice (prctl) is left
 * out. Yields the mms of all living processes that it takes in.
 */
function* earlyKillMms(): Steps<Mm[]> {
  if (!kernel.config.memoryFailureEarlyKill) return [];
  const mms: Mm[] = [];
  for (let i = 0; i < kernel.config.processes; i++) {
    const mm = kernel.mmAt(i);
    if ((yield load(mm + mm_.mm_users)) > 0) mms.push(mm);
  }
  return mms;
}

/** mm/memory-failure.c add_to_kill: a page that is not where its vma says makes for SIGKILL. */
function* add_to_kill(mm: Mm, page: PagePtr, vma: number, tokill: ToKill[]): Steps {
  const address = yield* page_address_in_vma(page, vma);
  tokill.push({ mm, addr_valid: address !== -EFAULT });
}

/** mm/memory-failure.c collect_procs. Memory for the list is always there. */
export function* collect_procs(cpu: Cpu, page: PagePtr): Steps<ToKill[]> {
  if ((yield load(page + Page.mapping)) === 0) return [];
  return (yield* PageAnon(page))
    ? yield* collect_procs_anon(cpu, page)
    : yield* collect_procs_file(page);
}

/** mm/memory-failure.c collect_procs_anon: only vmas that do map the page. */
function* collect_procs_anon(cpu: Cpu, page: PagePtr): Steps<ToKill[]> {
  const tokill: ToKill[] = [];
  const anonVma = yield* page_lock_anon_vma_read(cpu, page);
  if (anonVma === 0) return tokill;
  const pgoff = yield load(page + Page.index);
  for (const mm of yield* earlyKillMms()) {
    yield step(anonVma + anon_vma.offset.rb_root);
    for (const vma of anonVmaIntervalTreeVmas(anonVma, pgoff)) {
      if (!(yield* page_mapped_in_vma(cpu, page, vma))) continue;
      if ((yield load(vma + V.vm_mm)) === mm) yield* add_to_kill(mm, page, vma, tokill);
    }
  }
  yield* page_unlock_anon_vma_read(anonVma);
  return tokill;
}

/** mm/memory-failure.c collect_procs_file: every vma that covers the page. */
function* collect_procs_file(page: PagePtr): Steps<ToKill[]> {
  const tokill: ToKill[] = [];
  const mapping = yield load(page + Page.mapping);
  const i_mmap_mutex = mapping + address_space.offset.i_mmap_mutex;
  yield lock(i_mmap_mutex);
  for (const mm of yield* earlyKillMms()) {
    const pgoff = yield load(page + Page.index);
    for (const vma of vmaIntervalTreeVmas(mapping, pgoff, pgoff)) {
      if (peek(vma + V.vm_mm) === mm) yield* add_to_kill(mm, page, vma, tokill);
    }
  }
  yield unlock(i_mmap_mutex);
  return tokill;
}

/**
 * mm/memory-failure.c kill_procs.
 *
 * @param forcekill false: the page was clean, nobody needs to know
 * @param fail the page could not be unmapped
 */
export function* kill_procs(tokill: readonly ToKill[], forcekill: boolean, fail: boolean): Steps {
  if (!forcekill) return;
  for (const { mm, addr_valid } of tokill) {
    yield fetchOr(mm + mm_.signals, 1 << (fail || !addr_valid ? SIGKILL : SIGBUS));
  }
}
