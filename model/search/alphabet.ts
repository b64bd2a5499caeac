/** The operation language of the search: in which states a page can be, and what can be done to it. */
import type { Actor, Operation } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';

const P0: Actor = { name: 'P0', process: 'P0' };
const KERNEL: Actor = { name: 'kworker' };

/** A beginning: page a of P0 in some state, and the processes that there are. */
export interface Beginning {
  readonly name: string;
  readonly setup: readonly { readonly actor: Actor; readonly operation: Operation }[];
  readonly processes: readonly string[];
}

function beginning(name: string, steps: readonly string[], processes = ['P0']): Beginning {
  const setup = ['mmap a private-anon', ...steps].map((line) => {
    const byKernel = /^(drain|reclaim)/.test(line);
    return { actor: byKernel ? KERNEL : P0, operation: parseOperation(line) };
  });
  return { name, setup, processes };
}

const INACTIVE = ['write a 1', 'drain-all', 'reclaim active'];

/** Every beginning, simplest first. */
export const BEGINNINGS: readonly Beginning[] = [
  beginning('written', ['write a 1']),
  beginning('inactive', INACTIVE),
  beginning('swapped', ['write a 1', 'reclaim-until-gone P0:a']),
  beginning('swap-cached', ['write a 1', 'reclaim-until-gone P0:a', 'seen = read a']),
  beginning('shared', [...INACTIVE, 'fork P1'], ['P0', 'P1']),
  beginning(
    'shared-swap-cached',
    ['write a 1', 'reclaim-until-gone P0:a', 'seen = read a', 'fork P1'],
    ['P0', 'P1'],
  ),
];

/** What a thread of a process can do. */
export const PROCESS_OPERATIONS = [
  'madvise a FREE',
  'madvise a DONTNEED',
  'read a',
  'write a 2',
] as const;

/** What a kernel thread can do. */
export const KERNEL_OPERATIONS = [
  'reclaim inactive',
  'drain-all',
  'writeback ok',
  'migrate P0:a node=1',
] as const;
