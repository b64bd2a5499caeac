/** What happens to a page frame from outside: memory errors. */
import { memory_failure, soft_offline_page } from '../../mm/memory-failure';
import { step, type Steps } from '../../machine/op';
import { pte_pfn, pte_present } from '../../arch/x86/include/asm/pgtable';
import { pmd_pfn, pmd_trans_huge } from '../../arch/x86/include/asm/pgtable-pmd';
import type { Address, Mm, Page } from '../../include/linux/mm_types';
import { kernel, peek } from '../../state/kernel';
import type { ResultValue } from '../outcome';
import { target, type Context } from '../world';
import type { OperationSpec } from './operation';

/** Inside an atomic section: the page that a pte or a huge pmd maps at the address, 0 if none does. */
function mappedPage(mm: Mm, address: Address): Page {
  const pmd = peek(kernel.pmd(mm, address));
  if (pmd_trans_huge(pmd)) return kernel.pageAt(pmd_pfn(pmd) + (address % kernel.config.hugePages));
  const pte = peek(kernel.pte(mm, address));
  return pte_present(pte) ? kernel.pageAt(pte_pfn(pte)) : 0;
}

/** Runs `event` on the frame that the address maps now; nothing happens if none does. */
function onFrame(
  event: (context: Context, page: number) => Steps<ResultValue>,
): OperationSpec['run'] {
  return function* (context) {
    const { mm, start } = target(context);
    yield step(kernel.pte(mm, start));
    const page = mappedPage(mm, start);
    return page === 0 ? undefined : yield* event(context, page);
  };
}

export const memoryEventOperations: readonly OperationSpec[] = [
  {
    verb: 'memory-failure',
    usage: 'memory-failure P0:ADDRESS',
    doc: 'mm/memory-failure.c memory_failure on the frame that the address maps.',
    by: 'any',
    // What became of the page stands in the log (action_result).
    level: 'system',
    args: ['address'],
    run: onFrame((context, page) => memory_failure(context.cpu, page)),
  },
  {
    verb: 'soft-offline',
    usage: 'soft-offline P0:ADDRESS',
    doc: 'mm/memory-failure.c soft_offline_page on the frame that the address maps.',
    by: 'any',
    // The answer to a write to /sys/devices/system/memory/soft_offline_page.
    level: 'system',
    args: ['address'],
    run: onFrame((context, page) => soft_offline_page(context.cpu, page)),
  },
];
