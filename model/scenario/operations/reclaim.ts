/** Page reclaim, write-back and the LRU, as kernel actors. */
import type { Steps } from '../../machine/op';
import { completeWriteback } from '../../mm/page_io';
import { lru_add_drain, lru_add_drain_all } from '../../mm/swap';
import { swapoff } from '../../mm/swapfile/unuse';
import { refresh_cpu_vm_stats } from '../../mm/vmstat';
import { mostUrgent, reclaimActive, reclaimInactive, shrinkZoneOnce } from '../../mm/vmscan';
import { SWAP_CLUSTER_MAX } from '../../mm/vmscan/scan-control';
import type { Cpu } from '../../state/cpu';
import { kernel } from '../../state/kernel';
import { mappedPage } from '../../state/mapped-page';
import { step } from '../../machine/op';
import { wordOf } from '../layout';
import { numberOption, target, wordArgument, type Context } from '../world';
import type { OperationSpec } from './operation';
import { TIMES } from './values';

const MOST_ROUNDS = 8;

function* reclaim(context: Context): Steps<number | undefined> {
  const kind = context.operation.options['of'] === 'file' ? 'file' : 'anon';
  const pages = numberOption(context, 'pages', SWAP_CLUSTER_MAX);
  if (wordArgument(context, 0) === 'inactive') return yield* reclaimed(context.cpu, kind, pages);
  yield* aged(context.cpu, kind, pages);
  return undefined;
}

/** As many at a time as mm/vmscan.c shrink_lruvec asks shrink_list for. @returns pages freed */
function* reclaimed(cpu: Cpu, kind: 'anon' | 'file', pages: number): Steps<number> {
  let freed = 0;
  for (let left = pages; left > 0; left -= SWAP_CLUSTER_MAX) {
    freed += yield* reclaimInactive(cpu, kind, Math.min(left, SWAP_CLUSTER_MAX));
  }
  return freed;
}

/** The same for the active list. */
function* aged(cpu: Cpu, kind: 'anon' | 'file', pages: number): Steps {
  for (let left = pages; left > 0; left -= SWAP_CLUSTER_MAX) {
    yield* reclaimActive(cpu, kind, Math.min(left, SWAP_CLUSTER_MAX));
  }
}

/**
 * Memory pressure as an observer meets it: both anonymous lists are aged and reclaimed and write-back
 * ends, again and again, until no page of the range is present or nothing changes any more.
 */
function* reclaimUntilGone(context: Context): Steps<number | undefined> {
  const rounds = yield* pressure(context);
  // Without a name it is no part of the outcome: executions that only take longer are alike.
  return context.operation.result === undefined ? undefined : rounds;
}

function* pressure(context: Context): Steps<number> {
  const { mm, start, end } = target(context);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    yield step(kernel.pte(mm, start));
    let present = 0;
    for (let address = start; address < end; address++) {
      if (mappedPage(mm, address) !== 0) present++;
    }
    if (present === 0) return round;
    yield* lru_add_drain_all(context.cpu);
    yield* aged(context.cpu, 'anon', kernel.config.frames);
    yield* reclaimed(context.cpu, 'anon', kernel.config.frames);
    yield* completeWriteback(context.cpu, false);
    yield* reclaimed(context.cpu, 'anon', kernel.config.frames);
  }
  return MOST_ROUNDS;
}

/** An operation without arguments or result. */
function plain(
  verb: string,
  doc: string,
  run: (context: Context) => Steps<unknown>,
): OperationSpec {
  return {
    verb,
    usage: verb,
    doc,
    by: 'any',
    args: [],
    *run(context) {
      yield* run(context);
      return undefined;
    },
  };
}

export const reclaimOperations: readonly OperationSpec[] = [
  {
    verb: 'reclaim',
    usage: 'reclaim active|inactive [of=anon|file] [pages=N]',
    doc:
      'mm/vmscan.c: shrink_active_list or shrink_inactive_list on the anonymous (or file) list, ' +
      'up to N pages (32), 32 at a time. For inactive the result is the number of pages freed.',
    by: 'any',
    // The kernel adds the same number to pgsteal_kswapd or pgsteal_direct.
    level: 'system',
    args: [{ called: 'list', values: { words: ['active', 'inactive'] } }],
    options: { of: { words: ['anon', 'file'] }, pages: TIMES },
    isSilent: (operation) => wordOf(operation, 0) === 'active',
    run: reclaim,
  },
  {
    verb: 'reclaim-until-gone',
    usage: 'reclaim-until-gone P0:ADDRESS',
    doc:
      'Memory pressure until no page of the range is present: rounds of ageing, reclaim and ' +
      'completed write-back, as long as something changes. The result, where it is given a ' +
      'name, is the number of rounds, 8 at most. It belongs where nothing else touches the range: beside ' +
      'other threads each round multiplies the executions; a single `reclaim` makes few.',
    by: 'any',
    // Nobody counts rounds: it is how often this operation has gone round.
    level: 'internal',
    args: ['address'],
    run: reclaimUntilGone,
  },
  {
    verb: 'balance',
    usage: 'balance [priority=0..12]',
    doc:
      'One pass of mm/vmscan.c shrink_lruvec with the scan counts of get_scan_count, by default ' +
      'the most urgent one: 0, or 1 of kswapd, whose balance_pgdat stops there.',
    by: 'any',
    // As for reclaim.
    level: 'system',
    args: [],
    options: { priority: { range: [0, 12] } },
    *run(context) {
      const priority = numberOption(context, 'priority', mostUrgent(context.cpu));
      return yield* shrinkZoneOnce(context.cpu, { priority });
    },
  },
  {
    verb: 'writeback',
    usage: 'writeback ok|error',
    doc: 'All write-back that is under way ends (mm/page_io.c end_swap_bio_write).',
    by: 'any',
    args: [{ called: 'end', values: { words: ['ok', 'error'] } }],
    *run(context) {
      yield* completeWriteback(context.cpu, wordArgument(context, 0) === 'error');
      return undefined;
    },
  },
  plain('drain', "mm/swap.c lru_add_drain: empties this CPU's pagevecs.", (c) =>
    lru_add_drain(c.cpu),
  ),
  plain('drain-all', "mm/swap.c lru_add_drain_all: every CPU's pagevecs.", (c) =>
    lru_add_drain_all(c.cpu),
  ),
  {
    verb: 'swapoff',
    usage: 'swapoff',
    doc: 'mm/swapfile.c try_to_unuse: every swapped page is brought back.',
    by: 'any',
    // swapoff(2) takes CAP_SYS_ADMIN.
    level: 'system',
    args: [],
    *run(context) {
      return yield* swapoff(context.cpu);
    },
  },
  plain(
    'fold-counters',
    "mm/vmstat.c refresh_cpu_vm_stats: this CPU's counter differences go to the zone.",
    (c) => refresh_cpu_vm_stats(c.cpu),
  ),
];
