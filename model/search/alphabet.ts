/** The operation language of the search: in which states a page can be, and what can be done to it. */
import type { Action, Actor, Operation } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';
import type { KernelConfig } from '../state/config';

/** A beginning: page a of P0 in some state, and the processes that there are. */
export interface Beginning {
  readonly name: string;
  /** One phrase that says in which state page a is. */
  readonly state: string;
  readonly options: Partial<KernelConfig>;
  readonly setup: readonly Action[];
  readonly processes: readonly string[];
  /** How many pages the mappings have in all. */
  readonly pages: number;
}

/** How a beginning is written: each line is `[process:] operation`; a kernel thread's if it can be. */
interface Recipe {
  readonly state: string;
  readonly lines: readonly string[];
  readonly options?: Partial<KernelConfig>;
}

const KERNEL_VERBS = /^(drain-all|reclaim|writeback|ksm-scan)/;

const ONE = ['mmap a private-anon', 'write a 1'];
const AGED = [...ONE, 'drain-all', 'reclaim active'];
const SWAPPED = [...ONE, 'reclaim-until-gone P0:a'];
const CACHED = [...SWAPPED, 'seen = read a'];
const UNDER_WAY = [...AGED, 'drain-all', 'reclaim inactive', 'seen = read a'];
const MERGED = [
  'mmap a private-anon',
  'mmap b private-anon',
  'write a 1',
  'write b 1',
  'madvise a MERGEABLE',
  'madvise b MERGEABLE',
  'ksm-scan 3',
  'ksm-scan 2',
];
const MERGED_OUT = [...MERGED, 'drain-all', 'reclaim active', 'drain-all', 'reclaim inactive'];
const MERGED_CACHED = [...MERGED_OUT, 'seen = read a', 'writeback ok'];
const HUGE = ['mmap a private-anon 4 align=huge', 'madvise a HUGEPAGE', 'write a 1'];
const TWO = ['mmap a private-anon 2', 'write a 1', 'reclaim-until-gone P0:a', 'seen = read a'];

const RECIPES: Readonly<Record<string, Recipe>> = {
  written: { state: 'just written', lines: ONE },
  inactive: { state: 'aged, on the inactive list', lines: AGED },
  swapped: { state: 'swapped out', lines: SWAPPED },
  'swap-cached': { state: 'swapped out and read back', lines: CACHED },
  'under-writeback': { state: 'being swapped out, and read meanwhile', lines: UNDER_WAY },
  freed: { state: 'freed lazily', lines: [...AGED, 'madvise a FREE', 'drain-all'] },
  rewritten: {
    state: 'freed lazily, then written',
    lines: [...AGED, 'madvise a FREE', 'drain-all', 'write a 3'],
  },
  shared: { state: 'aged, shared with a child', lines: [...AGED, 'fork P1'] },
  'shared-swap-cached': {
    state: 'swapped out, read back, shared with a child',
    lines: [...CACHED, 'fork P1'],
  },
  'half-swapped': {
    state: 'swapped out, shared with a child, and read back by the parent only',
    lines: [...SWAPPED, 'fork P1', 'seen = read a'],
  },
  merged: { state: 'merged by KSM', lines: MERGED },
  'merged-swap-cached': {
    state: 'merged by KSM, swapped out and read back by its one user',
    lines: [...MERGED_CACHED, 'munmap b'],
  },
  'merged-half-swapped': {
    state: 'merged by KSM, swapped out and read back by one of two users',
    lines: MERGED_CACHED,
  },
  swapless: { state: 'aged, without swap', lines: AGED, options: { swapSlots: 0 } },
  'small-gather': {
    state: 'swapped out and read back, with a neighbour; the gather holds one page',
    lines: TWO,
    options: { gatherBundle: 1, gatherBatchCount: 0 },
  },
  huge: { state: 'huge', lines: HUGE },
};

/** Every beginning, simplest first. */
export const BEGINNINGS: readonly Beginning[] = Object.entries(RECIPES).map(
  ([name, { state, lines, options = {} }]) => {
    const setup = lines.map(toAction);
    return {
      name,
      state,
      options: { nodes: 2, ...options },
      setup,
      processes: lines.includes('fork P1') ? ['P0', 'P1'] : ['P0'],
      pages: setup.reduce((sum, { operation }) => sum + pagesMapped(operation), 0),
    };
  },
);

function toAction(line: string): Action {
  const actor: Actor = KERNEL_VERBS.test(line)
    ? { name: 'kworker' }
    : { name: 'P0', process: 'P0' };
  return { actor, operation: parseOperation(line) };
}

function pagesMapped({ verb, args }: Operation): number {
  if (verb !== 'mmap') return 0;
  return args[2]?.kind === 'number' ? args[2].value : 1;
}

/** What threads can do. */
export interface Alphabet {
  /** What a thread of a process can do. */
  readonly process: readonly string[];
  /** What a kernel thread can do. */
  readonly kernel: readonly string[];
}

const CORE: Alphabet = {
  process: ['madvise a FREE', 'madvise a DONTNEED', 'read a', 'write a 2', 'munmap a'],
  kernel: ['reclaim inactive', 'drain-all', 'writeback ok', 'ksm-scan 2'],
};

/** The alphabets by name. */
export const ALPHABETS = {
  /** What the six patches change, and what can meet it. */
  core: CORE,
  /** Also what holds a page's lock for long; the traces of these are many. */
  all: {
    process: [...CORE.process, 'mlock a'],
    kernel: [...CORE.kernel, 'migrate P0:a node=1', 'swapoff'],
  },
} as const satisfies Readonly<Record<string, Alphabet>>;

export type AlphabetName = keyof typeof ALPHABETS;
