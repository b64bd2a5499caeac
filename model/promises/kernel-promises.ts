/** What holds of the kernel itself: no fault, no deadlock, true counters, nothing left. */
import { wordOf } from '../scenario/layout';
import type { Breach, JudgedRun, KernelPromise } from './promise';
import { counted } from '../explorer/counted';

type Found = Omit<Breach, 'promise'>;

/** An audit's text without its numbers: which counts disagree. */
const kindsOf = (text: string): string =>
  [...new Set(text.split('; ').map((part) => part.split(' is ')[0]!))].join(', ');

function* auditBreaches(run: JudgedRun): Generator<Found> {
  if (run.broken) return;
  for (const node of run.performed('audit')) {
    const result = String(run.facts.result(node));
    if (result === 'agrees') continue;
    yield { detail: kindsOf(result), text: `${node.result}: ${result}` };
    return;
  }
}

/** Whether write-back that nobody ends is under way: threads may wait for it then. */
const ioIsUnderWay = ({ outcome }: JudgedRun): boolean =>
  Object.values(outcome.internal.pages).some(({ flags }) => flags.includes('writeback'));

function* deadlocks(run: JudgedRun): Generator<Found> {
  const { waiting, outcome } = run;
  if (waiting.length === 0 || outcome.system.faults.length > 0 || ioIsUnderWay(run)) return;
  const waits = run.judged.has('wait');
  if (waits && run.facts.nodes.some((node) => run.facts.signal(node) !== undefined)) return;
  yield { detail: 'a thread waits for ever', text: `${waiting.join(', ')} waits for ever` };
}

/** All processes have ended, and memory was drained and reclaimed: what an emptied kernel looks like. */
function* leftovers(run: JudgedRun): Generator<Found> {
  const { judged, outcome } = run;
  if (run.broken || judged.has('memory-failure', 'soft-offline', 'swapoff', 'collapse')) return;
  const ended = new Set(run.performed('exit').map(({ actor }) => actor.process));
  const { config, processes, files } = judged.layout;
  if (files.length > 0 || processes.some((process) => !ended.has(process))) return;
  const last = run.performed('exit').at(-1)!;
  const swept = ['drain-all', 'reclaim', 'audit'].every((verb) =>
    run.performed(verb).some((node) => run.order.isBefore(last, node)),
  );
  if (!swept) return;
  const pages = config.frames - 1 - outcome.system.freePages - hugeZeroPage(run);
  const slots = (config.CONFIG_SWAP ? config.swapSlots : 0) - outcome.system.freeSwap;
  if (pages !== 0) yield { detail: 'pages', text: leftText(pages, 'page') };
  if (slots !== 0) yield { detail: 'slots', text: leftText(slots, 'swap slot') };
}

/** Frames of the huge zero page: once made it stays, since only its shrinker gives it back. */
const hugeZeroPage = ({ judged, outcome }: JudgedRun): number =>
  (outcome.system.vmstat['thp_zero_page_alloc'] ?? 0) > 0 ? judged.layout.config.hugePages : 0;

const leftText = (count: number, what: string): string =>
  `${counted(count, what)} ${count === 1 ? 'is' : 'are'} left when all has ended`;

/** Reclaim that begins after every call that frees, and a page that is zero afterwards. */
function* discardIo(run: JudgedRun): Generator<Found> {
  if (run.broken) return;
  const frees = run.facts.nodes.filter(
    (node) => node.operation.verb === 'madvise' && wordOf(node.operation, 1) === 'FREE',
  );
  if (frees.length === 0 || frees.some((node) => run.facts.result(node) !== 0)) return;
  const swapping = run.facts.nodes.filter(({ operation }) =>
    /^(reclaim|reclaim-until-gone|balance|swapoff|collapse)$/.test(operation.verb),
  );
  const early = swapping.some((node) => !frees.every((free) => run.order.isBefore(free, node)));
  // mlock brings pages by write faults where none are left: they are new ones, and may be swapped.
  const written = run.facts.nodes.some(
    ({ operation, index }) =>
      /^(write|poke|vm-write|dma|fork|pin|mlock)$/.test(operation.verb) &&
      !frees.every((free) => run.order.isBefore(run.facts.nodes[index]!, free)),
  );
  if (early || written || run.judged.has('fork')) return;
  const reads = run
    .performed('read')
    .filter((read) => frees.every((free) => run.order.isBefore(free, read)));
  if (reads.length === 0 || reads.some((read) => run.facts.result(read) !== 0)) return;
  const swapOuts = run.outcome.system.vmstat['pswpout'] ?? 0;
  if (swapOuts > 0) {
    yield {
      detail: 'swapped out',
      text: `${counted(swapOuts, 'write')} to swap for pages that were discarded`,
    };
  }
}

const AFTER_FAULT = 'Nothing is said of runs with a kernel fault.';

export const kernelPromises: readonly KernelPromise[] = [
  {
    id: 'no-fault',
    text: 'The kernel meets no BUG, bad page, bad access or complaint.',
    source: 'include/asm-generic/bug.h, mm/page_alloc.c bad_page, arch/x86/mm/fault.c',
    concurrently: 'Whatever runs beside whatever.',
    *judge({ outcome }) {
      for (const fault of outcome.system.faults) yield { detail: fault, text: fault };
    },
  },
  {
    id: 'no-deadlock',
    text: 'Every operation comes to its end.',
    source: 'the lock order that the head of mm/rmap.c states; any program',
    concurrently:
      'Said of runs in which no write-back is under way at the end, since only the device ends it. ' +
      AFTER_FAULT,
    judge: deadlocks,
  },
  {
    id: 'counters',
    text: 'Whenever no CPU is inside the kernel, every counter equals what it counts, and no lock is held.',
    source:
      'Documentation/filesystems/proc.txt (RSS), mm/vmstat.c, include/linux/mm.h (_count, _mapcount)',
    concurrently: 'Said where an audit stands, which nothing runs beside. ' + AFTER_FAULT,
    judge: auditBreaches,
  },
  {
    id: 'nothing-left',
    text: 'When every process has ended and memory was reclaimed, no page and no swap slot is left.',
    source: 'mm/mmap.c exit_mmap, mm/swapfile.c swap_free',
    concurrently:
      'Said at the end, if drain-all, reclaim and audit follow the last exit. The huge zero page may stay. ' +
      'Not said after memory failure, swapoff and collapse. ' +
      AFTER_FAULT,
    judge: leftovers,
  },
  {
    id: 'discard-without-io',
    text: 'A freed page that is discarded costs no swap I/O.',
    source: 'the mail of 3/6: "kernel can evict freed pages rather than swapping out"',
    concurrently:
      'Said if all reclaim begins after every call, nothing is written, locked or forked that is not ' +
      'before every call, and every later read returns zero.',
    judge: discardIo,
  },
];
