/**
 * The hunt's operation language: in which states a page can be, and what can be done to it. A move is
 * one or a few operations of one actor that belong together. `$v` stands for a value that nothing else
 * writes, `$h` for a new name of a pin, `$p` for the process whose page it is.
 */

/** One move. */
export interface Move {
  readonly name: string;
  /** A thread of a process makes it, or the kernel (or a process elsewhere). */
  readonly by: 'process' | 'kernel';
  readonly lines: readonly string[];
  /** The beginning that it is for, where it would do nothing on others. */
  readonly on?: string;
}

/** A beginning: mappings of P0 in some state, and the processes that there are. */
export interface Beginning {
  readonly name: string;
  /** `actor: operation`. */
  readonly setup: readonly string[];
  readonly processes: readonly string[];
  /** What P0 has mapped. */
  readonly areas: readonly string[];
  /** Whether memory pressure is that of lists alone: what stands there is huge, or of a file. */
  readonly byLists?: true;
}

const process = (name: string, ...lines: string[]): Move => ({ name, by: 'process', lines });
const byKernel = (name: string, ...lines: string[]): Move => ({ name, by: 'kernel', lines });

const on = (beginning: string, move: Move): Move => ({ ...move, on: beginning });

/** What a thread of a process can do, simplest first. */
const PROCESS_MOVES: readonly Move[] = [
  process('free', 'madvise a FREE'),
  process('write', 'write a $v'),
  process('read', 'read a'),
  process('dontneed', 'madvise a DONTNEED'),
  process('write-half', 'write a[0].lo $v'),
  process('fork', 'fork P1'),
  process('device-write', 'pin a[0] as=$h', 'dma $h $v', 'unpin $h'),
  process('mlock', 'mlock a'),
  process('munlock', 'munlock a'),
  process('protect', 'mprotect a r', 'mprotect a rw'),
  process('move', 'mremap a to=z', 'mremap z to=a'),
  process('willneed', 'madvise a WILLNEED'),
  process('clear-refs', 'clear-refs 1'),
  process('migrate', 'migrate $p:a node=1'),
  process('soft-dirty', 'clear-refs 4'),
  process('numa-scan', 'numa-scan'),
  on('ksm', process('unmergeable', 'madvise a UNMERGEABLE')),
  process('unmap', 'munmap a'),
  process('exit', 'exit'),
];

/** What the kernel, or a process elsewhere, can do. */
const KERNEL_MOVES: readonly Move[] = [
  byKernel('reclaim', 'reclaim inactive'),
  byKernel('age', 'reclaim active'),
  byKernel('drain', 'drain-all'),
  byKernel('writeback', 'writeback ok'),
  byKernel('poke', 'poke P0:a[0] $v'),
  byKernel('vm-write', 'vm-write P0:a[0] $v'),
  byKernel('ksm', 'ksm-scan 4'),
  byKernel('collapse', 'collapse P0:a'),
  byKernel('swapoff', 'swapoff'),
  byKernel('soft-offline', 'soft-offline P0:a[0]'),
  byKernel('memory-failure', 'memory-failure P0:a[0]'),
  byKernel('writeback-error', 'writeback error'),
  byKernel('balance', 'balance'),
  byKernel('fold', 'fold-counters'),
  on('private-file', byKernel('truncate', 'truncate f 0')),
  on('private-file', byKernel('invalidate', 'invalidate f')),
];

export const MOVES: readonly Move[] = [...PROCESS_MOVES, ...KERNEL_MOVES];

const INACTIVE = ['P0: write a 1', 'kworker: drain-all', 'kworker: reclaim active'];
const SWAPPED = ['P0: write a 1', 'kworker: reclaim-until-gone P0:a'];

function beginning(name: string, steps: readonly string[], processes = ['P0']): Beginning {
  return { name, setup: ['P0: mmap a private-anon', ...steps], processes, areas: ['a'] };
}

/** Every beginning, simplest first. */
export const BEGINNINGS: readonly Beginning[] = [
  beginning('written', ['P0: write a 1']),
  beginning('inactive', INACTIVE),
  beginning('swapped', SWAPPED),
  beginning('swap-cached', [...SWAPPED, 'P0: seen = read a']),
  beginning('shared', [...INACTIVE, 'P0: fork P1'], ['P0', 'P1']),
  beginning('shared-swapped', [...SWAPPED, 'P0: fork P1'], ['P0', 'P1']),
  beginning('shared-swap-cached', [...SWAPPED, 'P0: seen = read a', 'P0: fork P1'], ['P0', 'P1']),
  {
    name: 'ksm',
    setup: [
      'P0: mmap a private-anon',
      'P0: mmap b private-anon',
      'P0: write a 1',
      'P0: write b 1',
      'P0: madvise a MERGEABLE',
      'P0: madvise b MERGEABLE',
      'ksmd: ksm-scan 4',
      'ksmd: ksm-scan 4',
    ],
    processes: ['P0'],
    areas: ['a', 'b'],
  },
  {
    name: 'private-file',
    setup: ['P0: mmap a private-file file=f', 'P0: write a 1'],
    processes: ['P0'],
    areas: ['a'],
    byLists: true,
  },
  {
    name: 'huge',
    setup: ['P0: mmap a private-anon 4 align=huge', 'P0: madvise a HUGEPAGE', 'P0: write a 1'],
    processes: ['P0'],
    areas: ['a'],
    byLists: true,
  },
];
