import type { AddressSpace, Mm } from '../include/linux/mm_types';

/**
 * Who executes: the CPU and the task on it, passed down as C's smp_processor_id() and `current`.
 * Its fields are the task's own and are never read by another CPU.
 */
export interface Cpu {
  readonly id: number;
  /** The task's name in scenarios and traces: T0, kswapd, ksmd. */
  readonly name: string;
  /** current->mm; 0 for a kernel thread. */
  readonly mm: Mm;
  /** PF_MEMALLOC and the like are not needed but for kswapd's own choices. */
  readonly kswapd: boolean;
  /** current->task_works: files to be closed when the task returns to user mode. None: in no system call. */
  readonly task_works?: AddressSpace[];
}
