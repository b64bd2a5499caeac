/**
 * Random scenarios in which much of the modelled kernel meets: every operation of the language beside
 * every other. They expect nothing; they are there to be taken in many orders.
 */

/** What a thread of P0 may do: a is two small pages, b one, h a huge page's range, f of a file. */
const PROCESS = [
  ...['read a', 'read b', 'read h', 'read f', 'write a 2', 'write a[0] 4', 'write b 3'],
  ...['write h[0] 5', 'write f 6', 'madvise a FREE', 'madvise a[0] FREE', 'madvise b FREE'],
  ...['madvise h FREE', 'madvise h[0] FREE', 'madvise a DONTNEED', 'madvise h[1] DONTNEED'],
  ...['madvise f DONTNEED', 'madvise a WILLNEED', 'madvise a UNMERGEABLE', 'madvise b MERGEABLE'],
  ...['madvise a SOFT_OFFLINE', 'madvise b HWPOISON', 'mlock a', 'mlock b', 'munlock a'],
  ...['mprotect a r', 'mprotect a rw', 'mprotect h r', 'munmap b', 'clear-refs 1', 'clear-refs 4'],
  ...['pin b as=q for=write', 'pin a as=r fast=yes', 'pin h[1] as=s for=write fast=yes', 'fork P1'],
];
const KERNEL = [
  ...['reclaim active', 'reclaim inactive', 'reclaim inactive', 'reclaim active of=file'],
  ...[
    'reclaim inactive of=file',
    'balance',
    'drain',
    'drain-all',
    'writeback ok',
    'writeback error',
  ],
  ...['swapoff', 'fold-counters', 'ksm-scan 3', 'ksm-scan 6', 'migrate P0:a', 'migrate P0:b'],
  ...['collapse P0:h', 'memory-failure P0:a[0]', 'memory-failure P0:h[1]', 'soft-offline P0:a[1]'],
  ...['truncate F 0', 'invalidate F', 'poke P0:a 9', 'poke P0:h[1] 3', 'vm-write P0:b 8'],
  ...['dma p 7', 'dirty-pin p', 'unpin p'],
];

type Pick = (n: number) => number;

const some = (pool: readonly string[], count: number, pick: Pick): string[] =>
  Array.from({ length: count }, () => pool[pick(pool.length)]!);

/** Lines that are there or not, each group with a chance of one in `n`. */
const maybe = (pick: Pick, n: number, ...lines: string[]): string[] => (pick(n) === 0 ? lines : []);

function setup(pick: Pick): string[] {
  return [
    ...['P0: mmap a private-anon 2', 'P0: mmap b private-anon'],
    ...['P0: mmap h private-anon 4 align=huge', 'P0: mmap f private-file file=F'],
    ...['P0: write a 1', 'P0: write b 1', ...maybe(pick, 2, 'P0: madvise h HUGEPAGE')],
    ...['P0: write h 1', pick(2) === 0 ? 'P0: write f 2' : 'P0: read f'],
    `P0: pin ${pick(2) === 0 ? 'a[0]' : 'b'} as=p for=write`,
    ...maybe(pick, 2, 'P0: madvise a MERGEABLE', 'P0: madvise b MERGEABLE', 'ksmd: ksm-scan 6'),
    ...maybe(pick, 2, 'kswapd: drain-all'),
    ...maybe(pick, 2, 'kswapd: reclaim active'),
    ...maybe(pick, 3, 'P0: madvise a FREE'),
    ...maybe(pick, 3, 'kswapd: drain-all', 'kswapd: reclaim inactive'),
    ...maybe(pick, 3, 'P0: read a'),
  ];
}

function options(pick: Pick): string[] {
  const bool = (n: number): boolean => pick(n) === 0;
  return [
    ...['frames: 40', 'nodes: 2', `pagevecSize: ${bool(2) ? 2 : 14}`],
    ...[`statThreshold: ${bool(2) ? 1 : 125}`, `CONFIG_DEBUG_VM: ${bool(2)}`],
    ...[`allocationsFail: ${bool(4)}`, `pageCluster: ${pick(2)}`, `swapSlotFreeNotify: ${bool(3)}`],
  ];
}

/** The text of a random scenario: four threads, a fifth where a process is forked. */
export function stressProgram(pick: Pick): string {
  const before = setup(pick);
  const first = some(PROCESS, 1 + pick(3), pick);
  const second = some(PROCESS.slice(0, -1), 1 + pick(2), pick);
  const forked = first.filter((line) => line === 'fork P1').length;
  const threads = [
    ['P0/T0', forked > 1 ? ['fork P1'] : first],
    ['P0/T1', second],
    ...(forked > 0 ? [['P1/T0', ['write a 3', 'madvise a FREE']]] : []),
    ['kswapd', some(KERNEL, 1 + pick(2), pick)],
    ['kworker', some(KERNEL, 1 + pick(2), pick)],
  ];
  return [
    ...['scenario: stress', 'title: everything meets', 'source: none', 'options:'],
    ...options(pick).map((line) => `  ${line}`),
    'setup:',
    ...before.map((line) => `  - ${line}`),
    'threads:',
    ...threads.map(([actor, lines]) => `  ${actor as string}: ${JSON.stringify(lines)}`),
    ...['expect:', '  - never: fault', ''],
  ].join('\n');
}
