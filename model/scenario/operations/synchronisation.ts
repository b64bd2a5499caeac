/** Threads that wait for one another, as with a pipe or a futex: what orders their operations. */
import { awaitFree, unlock } from '../../machine/op';
import { postWord, wordArgument } from '../world';
import type { OperationSpec } from './operation';
import { NAME } from './values';

export const synchronisationOperations: readonly OperationSpec[] = [
  {
    verb: 'post',
    usage: 'post NAME',
    doc:
      'Lets every thread go on that waits for NAME, now or later: what stands before it in this ' +
      'thread comes before what follows `wait NAME` in another. One step, outside the kernel.',
    by: 'any',
    args: [{ called: 'name', values: NAME }],
    *run(context) {
      yield unlock(postWord(context.layout, wordArgument(context, 0)));
      return undefined;
    },
  },
  {
    verb: 'wait',
    usage: 'wait NAME',
    doc: 'Waits until some thread has posted NAME, which some operation has to post.',
    by: 'any',
    args: [{ called: 'name', values: NAME }],
    *run(context) {
      yield awaitFree(postWord(context.layout, wordArgument(context, 0)));
      return undefined;
    },
  },
];
