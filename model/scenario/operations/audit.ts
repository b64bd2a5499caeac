/** Whether the kernel's counters are true, asked of a kernel that nobody is in. */
import { step } from '../../machine/op';
import { audit, describeAudit } from '../../state/audit';
import { kernel, peek } from '../../state/kernel';
import { handleWord } from '../world';
import type { OperationSpec } from './operation';

export const auditOperations: readonly OperationSpec[] = [
  {
    verb: 'audit',
    usage: 'audit',
    doc:
      'Holds every counter against what it counts: RSS, zone counters, counts of pages, the swap ' +
      'map, locks. The result is `agrees`, or what does not. Only in setup and after.',
    by: 'any',
    // It looks into what nobody outside the kernel can look into; what they can see is in the counters.
    level: 'internal',
    args: [],
    alone: true,
    *run(context) {
      yield step(kernel.zone);
      const { layout } = context;
      const pins = layout.handles.map((handle) => peek(handleWord(layout, handle)));
      const pinned = pins.filter((page) => page !== 0);
      return kernel.machine.see(() => describeAudit(audit(pinned)));
    },
  },
];
