/** include/asm-generic/bug.h and include/linux/mmdebug.h: the kernel's own assertions, as outcomes. */
import { KernelFault } from '../../machine/fault';
import { kernel } from '../../state/kernel';

/** Ends the task with a BUG if `condition` holds. `where` is "file function", `what` the C condition. */
export function BUG_ON(condition: boolean, where: string, what: string): void {
  if (condition) throw new KernelFault({ kind: 'BUG', where, what });
}

/** BUG_ON with CONFIG_DEBUG_VM, nothing without. */
export function VM_BUG_ON(condition: boolean, where: string, what: string): void {
  if (condition && kernel.config.CONFIG_DEBUG_VM) {
    throw new KernelFault({ kind: 'VM_BUG', where, what });
  }
}

/** A complaint in the log; the task goes on. */
export function WARN_ON(condition: boolean, where: string, what: string): void {
  if (condition) kernel.machine.report({ kind: 'warning', where, what });
}
