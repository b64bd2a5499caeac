/** kernel/task_work.c: what a task puts off until it returns to user mode, or exits. */
import { ____fput } from '../fs/file_table';
import type { Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';

/**
 * A task as it enters the kernel, with nothing put off. The list is made anew for each system call, and no
 * other task sees it: so it is a part of where the task stands, and no shared state.
 */
export const entering = (task: Cpu): Cpu => ({ ...task, task_works: [] });

/**
 * kernel/task_work.c task_work_run, on the return to user mode, or in do_exit when the mm has gone: the
 * oldest first. Nothing but files is put off.
 */
export function* task_work_run(cpu: Cpu): Steps {
  for (const mapping of cpu.task_works ?? []) yield* ____fput(cpu, mapping);
}
