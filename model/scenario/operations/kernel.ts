/** KSM, migration and huge pages, as kernel actors. */
import type { OperationSpec } from './operation';
import { COUNT, TIMES } from './values';
import { ksmdScan } from '../../mm/ksm';
import { sys_move_pages } from '../../mm/migrate';
import { khugepagedCollapse } from '../../mm/huge_memory';
import { numberArgument, numberOption, target } from '../world';

export const kernelOperations: readonly OperationSpec[] = [
  {
    verb: 'ksm-scan',
    usage: 'ksm-scan [NUMBER]',
    doc: 'mm/ksm.c ksm_do_scan: looks at NUMBER pages (1). A page is merged from its second scan on.',
    by: 'any',
    args: [{ called: 'NUMBER', values: TIMES, optional: true }],
    *run(context) {
      yield* ksmdScan(context.cpu, numberArgument(context, 0, 1));
      return undefined;
    },
  },
  {
    verb: 'migrate',
    usage: 'migrate P0:ADDRESS [node=N]',
    doc:
      'mm/migrate.c move_pages on each page of the range; the result is the status of ' +
      'the last: a node, or -errno; -EINVAL if the process has ended.',
    by: 'any',
    level: 'caller',
    args: ['address'],
    options: { node: COUNT },
    *run(context) {
      const { mm, start, end } = target(context);
      return yield* sys_move_pages(context.cpu, mm, start, end, numberOption(context, 'node', 1));
    },
  },
  {
    verb: 'collapse',
    usage: 'collapse P0:ADDRESS',
    doc: 'mm/huge_memory.c: khugepaged makes one huge page of the aligned range.',
    by: 'any',
    args: ['address'],
    *run(context) {
      const { mm, start } = target(context);
      yield* khugepagedCollapse(context.cpu, mm, start);
      return undefined;
    },
  },
];
