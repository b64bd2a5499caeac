/** What happens to a page frame from outside: memory errors. */
import { memory_failure, soft_offline_page } from '../../mm/memory-failure';
import { step, type Steps } from '../../machine/op';
import { kernel } from '../../state/kernel';
import { mappedPage } from '../../state/mapped-page';
import type { ResultValue } from '../outcome';
import { target, type Context } from '../world';
import type { OperationSpec } from './operation';

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
