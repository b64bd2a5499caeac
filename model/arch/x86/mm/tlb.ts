/**
 * arch/x86/mm/tlb.c and asm/mmu_context.h: which mm a CPU runs, and TLB flushes. A CPU is in
 * mm_cpumask(mm) while its active_mm is mm.
 *
 * A flush [F] is one event, though in Linux each CPU acknowledges on its own and in any order.
 * Nothing is lost by that. An entry that another CPU dropped early is an entry evicted before the
 * flush, and every use of an entry that is no longer what a walk gives has that choice (see
 * hardware/user-access.ts). An entry that a CPU filled after its own acknowledgement, while the
 * flusher still waited for others, was made from the changed pte; a flush leaves such an entry alone
 * (see hardware/tlb.ts, invalidate). And the flusher goes on only when no older entry is left, which
 * is what the event brings about.
 */
import type { Address, Mm } from '../../../include/linux/mm_types';
import { dropAll, invalidate } from '../../../hardware/tlb';
import { step, type Steps } from '../../../machine/op';
import type { Cpu } from '../../../state/cpu';
import { kernel, peek, poke } from '../../../state/kernel';

/** TLB_FLUSH_ALL as the end of a range. */
export const TLB_FLUSH_ALL = -1;

const activeMm = (cpu: number): Mm => peek(kernel.percpu(cpu, 'active_mm'));

/** Inside an atomic section: makes `mm` the one that the CPU runs, as a context switch does. */
export function loadMm(cpu: Cpu, mm: Mm): void {
  if (activeMm(cpu.id) === mm) return;
  dropAll(cpu.id);
  poke(kernel.percpu(cpu.id, 'active_mm'), mm);
}

/** arch/x86/include/asm/mmu_context.h switch_mm: another page-table root, an empty TLB. */
export function* switch_mm(cpu: Cpu, mm: Mm): Steps {
  yield step(kernel.percpu(cpu.id, 'active_mm'));
  loadMm(cpu, mm);
}

/**
 * arch/x86/mm/tlb.c leave_mm, inside an atomic section: a kernel thread that has borrowed the mm of
 * the task before it gives it back rather than flush it. The task's next access loads it again.
 */
function leave_mm(cpu: Cpu): void {
  dropAll(cpu.id);
  poke(kernel.percpu(cpu.id, 'active_mm'), 0);
}

/** `current->active_mm`: a kernel thread's is what the CPU had loaded before. */
const currentActiveMm = (cpu: Cpu): Mm => (cpu.mm === 0 ? activeMm(cpu.id) : cpu.mm);

function invalidateEverywhere(mm: Mm, start: Address, end: Address): void {
  for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
    if (activeMm(cpu) !== mm) continue;
    for (let address = start; address < end; address++) invalidate(cpu, mm, address);
  }
}

/** arch/x86/mm/tlb.c flush_tlb_page: one page, on every CPU that runs the mm. */
export function* flush_tlb_page(cpu: Cpu, mm: Mm, address: Address): Steps {
  yield step(kernel.tlb(cpu.id, address));
  if (cpu.mm === 0 && activeMm(cpu.id) === mm) leave_mm(cpu);
  invalidateEverywhere(mm, address, address + 1);
}

/**
 * arch/x86/mm/tlb.c flush_tlb_mm_range: page by page, or everything where that is thought cheaper or
 * this task does not run the mm. Abstracted: the limit on the number of pages is also lowered to
 * total_vm, which for any real program is higher than the TLB has entries.
 *
 * @param end exclusive; TLB_FLUSH_ALL for the whole mm
 */
export function* flush_tlb_mm_range(cpu: Cpu, mm: Mm, start: Address, end: Address): Steps {
  const { pages, tlbFlushallPages } = kernel.config;
  yield step(kernel.tlb(cpu.id, Math.min(start, pages - 1)));
  if (cpu.mm === 0 && activeMm(cpu.id) === mm) leave_mm(cpu);
  const whole =
    end === TLB_FLUSH_ALL ||
    currentActiveMm(cpu) !== mm ||
    cpu.mm === 0 ||
    end - start > tlbFlushallPages;
  if (whole) invalidateEverywhere(mm, 0, pages);
  else invalidateEverywhere(mm, start, Math.min(end, pages));
}

/** arch/x86/include/asm/tlbflush.h flush_tlb_range. */
export function* flush_tlb_range(cpu: Cpu, mm: Mm, start: Address, end: Address): Steps {
  yield* flush_tlb_mm_range(cpu, mm, start, end);
}

/** arch/x86/include/asm/tlbflush.h flush_tlb_mm. */
export function* flush_tlb_mm(cpu: Cpu, mm: Mm): Steps {
  yield* flush_tlb_mm_range(cpu, mm, 0, TLB_FLUSH_ALL);
}
