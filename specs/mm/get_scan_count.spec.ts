import type { HunkId } from '../../model/features/hunk-id';
import { zone } from '../../model/include/linux/mm_types';
import type { ZoneStatItem } from '../../model/include/linux/mmzone';
import { get_scan_count, scan_control, type ReclaimOptions } from '../../model/mm/vmscan';
import type { KernelConfig } from '../../model/state/config';
import { Bench } from './support/lru';

// Rests on mm/vmscan.c get_scan_count; the hunk is that of p5.

const P5: readonly HunkId[] = [
  'p4/include/linux/mmzone/NR_LAZYFREE_PAGES',
  'p5/mm/vmscan/get_scan_count',
];

interface Setup extends ReclaimOptions {
  readonly sizes: readonly [number, number, number, number];
  readonly lazyfree?: number;
  readonly swapLeft?: number;
  readonly config?: Partial<KernelConfig>;
  readonly hunks?: readonly HunkId[];
  readonly kswapd?: boolean;
}

/** The scan counts of inactive anon, active anon, inactive file, active file. */
function counts(setup: Setup): number[] {
  const { sizes, lazyfree, swapLeft, config, hunks = [], kswapd = false, ...options } = setup;
  const bench = new Bench(config, hunks);
  const items = ['NR_INACTIVE_ANON', 'NR_ACTIVE_ANON', 'NR_INACTIVE_FILE', 'NR_ACTIVE_FILE'];
  sizes.forEach((n, i) => bench.set(bench.kernel.zoneStat(items[i] as ZoneStatItem), n));
  if (lazyfree !== undefined) bench.set(bench.kernel.zoneStat('NR_LAZYFREE_PAGES'), lazyfree);
  if (swapLeft !== undefined) bench.set(bench.kernel.nr_swap_pages, swapLeft);
  const cpu = bench.cpu(0, kswapd);
  return bench.run(get_scan_count(cpu, scan_control(cpu, options)));
}

const SIZES = [8, 16, 32, 64] as const;

describe('get_scan_count', () => {
  it('scans size >> priority', () => {
    expect(counts({ sizes: SIZES, priority: 0 })).toEqual([8, 16, 32, 64]);
    expect(counts({ sizes: [8, 16, 0, 0], priority: 2 })).toEqual([2, 4, 0, 0]);
  });

  it('leaves anonymous pages alone without swap, and where swapping is not allowed', () => {
    const file = [0, 0, 32, 64];
    expect(counts({ sizes: SIZES, priority: 0, config: { swapSlots: 0 } })).toEqual(file);
    expect(counts({ sizes: SIZES, priority: 0, config: { CONFIG_SWAP: false } })).toEqual(file);
    expect(counts({ sizes: SIZES, priority: 0, may_swap: false })).toEqual(file);
    expect(counts({ sizes: SIZES, priority: 0, swapLeft: 0 })).toEqual(file);
  });

  it('scans anonymous pages only, when there are too few others', () => {
    expect(counts({ sizes: [8, 16, 0, 0], priority: 1 })).toEqual([4, 8, 0, 0]);
    expect(counts({ sizes: [8, 16, 2, 2], priority: 1, highWmark: 20 })).toEqual([4, 8, 0, 0]);
  });

  it('scans file pages only, while enough of them are inactive', () => {
    expect(counts({ sizes: [8, 16, 32, 16], priority: 1 })).toEqual([0, 0, 16, 8]);
  });

  it('shares by swappiness between equally used kinds', () => {
    expect(counts({ sizes: [100, 100, 100, 300], priority: 1 })).toEqual([14, 14, 34, 104]);
  });

  it('scans the less those pages that turned out to be used', () => {
    const bench = new Bench();
    const set = (field: 'scanned_anon' | 'rotated_anon', value: number): void =>
      bench.set(bench.kernel.zone + zone.offset[field], value);
    for (const [item, n] of [
      ['NR_INACTIVE_ANON', 100],
      ['NR_INACTIVE_FILE', 100],
      ['NR_ACTIVE_FILE', 300],
    ] as const) {
      bench.set(bench.kernel.zoneStat(item), n);
    }
    set('scanned_anon', 20);
    set('rotated_anon', 20);
    const sc = scan_control(bench.cpu(), { priority: 1 });
    const used = bench.run(get_scan_count(bench.cpu(), sc));
    set('rotated_anon', 0);
    const unused = bench.run(get_scan_count(bench.cpu(), sc));
    expect(used[0]!).toBeLessThan(unused[0]!);
  });

  // It reads all four sizes before it decides anything, and the inactive file list's again to decide.
  it('shares by the sizes that it read first, whatever comes to the lists meanwhile', () => {
    const bench = new Bench();
    const size = (item: ZoneStatItem): number => bench.kernel.zoneStat(item);
    for (const item of ['NR_INACTIVE_ANON', 'NR_ACTIVE_FILE'] as const) bench.set(size(item), 8);
    bench.set(bench.kernel.zone + zone.offset.scanned_anon, 4);
    const task = bench.kernel.machine.spawn(
      get_scan_count(bench.cpu(), scan_control(bench.cpu(), { priority: 1 })),
    );
    const { machine } = bench.kernel;
    const decides = (): boolean => machine.pendingAddress(task) === size('NR_INACTIVE_FILE');
    bench.until(task, decides);
    machine.step(task, 0);
    bench.until(task, decides);
    bench.set(size('NR_ACTIVE_ANON'), 100);
    bench.finish(task);
    expect(bench.word(bench.kernel.zone + zone.offset.scanned_anon)).toBe(2);
  });

  it('halves what was scanned and rotated when it is more than a quarter of the pages', () => {
    const bench = new Bench();
    bench.set(bench.kernel.zoneStat('NR_INACTIVE_ANON'), 8);
    bench.set(bench.kernel.zoneStat('NR_ACTIVE_FILE'), 8);
    const { scanned_anon, rotated_anon } = zone.offset;
    bench.set(bench.kernel.zone + scanned_anon, 3);
    bench.set(bench.kernel.zone + rotated_anon, 2);
    bench.run(get_scan_count(bench.cpu(), scan_control(bench.cpu(), { priority: 1 })));
    expect(bench.word(bench.kernel.zone + scanned_anon)).toBe(1);
    expect(bench.word(bench.kernel.zone + rotated_anon)).toBe(1);
  });

  it('forces a scan for memory cgroups, and for kswapd in an unreclaimable zone', () => {
    const sizes = [8, 16, 0, 0] as const;
    const scans = (options: Partial<Setup>): number[] =>
      counts({ sizes, priority: 12, ...options });
    expect(scans({})).toEqual([0, 0, 0, 0]);
    expect(scans({ kswapd: true, zoneUnreclaimable: true })).toEqual([8, 16, 0, 0]);
    expect(scans({ caller: 'memcg', sizes: [8, 40, 0, 1] })[1]).toBeGreaterThan(0);
  });

  it('never swaps for a memory cgroup with swappiness 0, but for the whole machine', () => {
    const config = { swappiness: 0 };
    const sizes = [8, 8, 0, 0] as const;
    expect(counts({ sizes, priority: 0, config, caller: 'memcg' })).toEqual([0, 0, 0, 0]);
    expect(counts({ sizes, priority: 0, config })).toEqual([8, 8, 0, 0]);
  });
});

describe('get_scan_count of p5', () => {
  const noSwap = { sizes: SIZES, priority: 0, config: { swapSlots: 0 } };

  it('scans anonymous pages without swap, as long as some are lazyfree', () => {
    expect(counts({ ...noSwap, hunks: P5, lazyfree: 1 })).toEqual([8, 16, 32, 64]);
    expect(counts({ ...noSwap, hunks: P5, lazyfree: 0 })).toEqual([0, 0, 32, 64]);
    expect(counts({ ...noSwap, lazyfree: 1 })).toEqual([0, 0, 32, 64]);
  });

  it('takes a negative counter for 0, as zone_page_state does', () => {
    expect(counts({ ...noSwap, hunks: P5, lazyfree: -3 })).toEqual([0, 0, 32, 64]);
  });

  it('still obeys a reclaimer that must not swap', () => {
    const options = { ...noSwap, hunks: P5, lazyfree: 5, may_swap: false };
    expect(counts(options)).toEqual([0, 0, 32, 64]);
  });

  it('does not look at differences that a CPU has not folded yet', () => {
    const bench = new Bench({ swapSlots: 0 }, P5);
    bench.set(bench.kernel.zoneStat('NR_INACTIVE_ANON'), 4);
    bench.set(bench.kernel.percpu(0, 'diff_NR_LAZYFREE_PAGES'), 4);
    const sc = scan_control(bench.cpu(), { priority: 0 });
    expect(bench.run(get_scan_count(bench.cpu(), sc))).toEqual([0, 0, 0, 0]);
  });
});
