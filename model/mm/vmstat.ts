/**
 * mm/vmstat.c and include/linux/vmstat.h: zone counters with their per-CPU differences, and events.
 */
import { hunk } from '../features/hunk';
import type { Page } from '../include/linux/mm_types';
import { ZONE_STAT_ITEMS, zone_stat_item, type ZoneStatItem } from '../include/linux/mmzone';
import { VM_EVENT_ITEMS, vm_event_item, type VmEventItem } from '../include/linux/vm_event_item';
import { add, load, step, store, type Op, type Steps } from '../machine/op';
import type { Ptr } from '../machine/struct';
import type { Cpu } from '../state/cpu';
import { bump, kernel, peek, poke } from '../state/kernel';

/**
 * __this_cpu_add_return on a CPU's difference. x86 has one instruction for it (xadd on the per-CPU
 * segment), so that no task or interrupt of this CPU gets in between, whatever the caller keeps out;
 * the generic form reads and writes.
 */
function* add_return(diff: Ptr, delta: number): Steps<number> {
  yield step(diff);
  const value = peek(diff) + delta;
  poke(diff, value);
  return value;
}

/**
 * mm/vmstat.c __inc_zone_state: folds with half a threshold left behind, below. The fold is an access of
 * its own, and what another task of this CPU counts meanwhile is lost in the store.
 */
export function* __inc_zone_page_state(cpu: Cpu, _page: Page, item: ZoneStatItem): Steps {
  const diff = kernel.statDiff(cpu.id, item);
  const value = yield* add_return(diff, 1);
  const threshold = kernel.config.statThreshold;
  if (value > threshold) {
    const overstep = threshold >> 1;
    yield add(kernel.zoneStat(item), value + overstep);
    yield store(diff, -overstep);
  }
}

/** mm/vmstat.c __dec_zone_state: folds with half a threshold left behind, above. */
export function* __dec_zone_page_state(cpu: Cpu, _page: Page, item: ZoneStatItem): Steps {
  const diff = kernel.statDiff(cpu.id, item);
  const value = yield* add_return(diff, -1);
  const threshold = kernel.config.statThreshold;
  if (value < -threshold) {
    const overstep = threshold >> 1;
    yield add(kernel.zoneStat(item), value - overstep);
    yield store(diff, overstep);
  }
}

/**
 * mm/vmstat.c mod_zone_page_state and the other forms that keep interrupts or preemption out.
 * Abstracted: they go straight to the zone's total, as the difference they would leave on the CPU
 * is read by nobody but through a fold. NR_LAZYFREE_PAGES, which get_scan_count reads, never comes
 * this way.
 */
export const mod_zone_page_state = (item: ZoneStatItem, delta: number): Op =>
  add(kernel.zoneStat(item), delta);

/** The same inside an atomic section. */
export const bumpZonePageState = (item: ZoneStatItem, delta: number): void =>
  bump(kernel.zoneStat(item), delta);

/** include/linux/vmstat.h zone_page_state: without per-CPU differences; negative reads as 0. */
export function* zone_page_state(item: ZoneStatItem): Steps<number> {
  return Math.max(0, yield load(kernel.zoneStat(item)));
}

/** include/linux/vmstat.h count_vm_event: this CPU's counter; summed when read. */
export const count_vm_event = (item: VmEventItem): Op => add(kernel.vmEvent(item), 1);

/** include/linux/vmstat.h count_vm_events. */
export const count_vm_events = (item: VmEventItem, by: number): Op => add(kernel.vmEvent(item), by);

/** The same inside an atomic section. */
export const bumpVmEvent = (item: VmEventItem, by = 1): void => bump(kernel.vmEvent(item), by);

/** mm/vmstat.c refresh_cpu_vm_stats: the periodic fold of one CPU's differences. */
export function* refresh_cpu_vm_stats(cpu: Cpu): Steps {
  for (const item of ZONE_STAT_ITEMS) {
    const diff = kernel.statDiff(cpu.id, item);
    yield step(diff);
    bump(kernel.zoneStat(item), peek(diff));
    poke(diff, 0);
  }
}

/** Where a name in /proc/vmstat is not that of the enum in lower case, and what is no line of it. */
const TEXT: Partial<Record<ZoneStatItem | VmEventItem, string>> = {
  NR_FREE_PAGES: 'free pages',
  NR_FILE_MAPPED: 'nr_mapped',
  NR_FILE_DIRTY: 'nr_dirty',
  NR_VMSCAN_IMMEDIATE: 'nr_vmscan_immediate_reclaim',
  UNEVICTABLE_PGCULLED: 'unevictable_pgs_culled',
  UNEVICTABLE_PGRESCUED: 'unevictable_pgs_rescued',
  UNEVICTABLE_PGMLOCKED: 'unevictable_pgs_mlocked',
  UNEVICTABLE_PGMUNLOCKED: 'unevictable_pgs_munlocked',
  UNEVICTABLE_PGCLEARED: 'unevictable_pgs_cleared',
  UNEVICTABLE_PGSTRANDED: 'unevictable_pgs_stranded',
};

/**
 * The name of a counter in /proc/vmstat. Abstracted: with one zone, events that Linux counts for each
 * zone (pgalloc, pgrefill, pgsteal_*, pgscan_*) go without the zone's name behind theirs.
 */
export const vmstatName = (item: ZoneStatItem | VmEventItem): string =>
  TEXT[item] ?? item.toLowerCase();

/**
 * Whether a counter is a line of /proc/vmstat here. Linux changes nr_free_pages by batches, when frames
 * go from a per-CPU list to the zone or back (free_pcppages_bulk, rmqueue_bulk), of which the model has
 * none. Its NR_FREE_PAGES is what that line and the `count` of each per-CPU list come to, as
 * /proc/zoneinfo has them.
 */
const isLine = (item: ZoneStatItem): boolean => item !== 'NR_FREE_PAGES';

/** Every name that /proc/vmstat has with some hunks and in some configuration, as far as the model counts. */
export const VMSTAT_NAMES: readonly string[] = [
  ...ZONE_STAT_ITEMS.filter(isLine),
  ...VM_EVENT_ITEMS,
].map(vmstatName);

/** Whether the kernel is built with a counter: enum and text have some only with what they count. */
function isBuilt(item: ZoneStatItem | VmEventItem): boolean {
  if (item.startsWith('PGMIGRATE_')) return kernel.config.CONFIG_MIGRATION;
  if (item.startsWith('THP_')) return kernel.config.CONFIG_TRANSPARENT_HUGEPAGE;
  return true;
}

/**
 * mm/vmstat.c vmstat_text: the names under which /proc/vmstat prints the counters, in order. The
 * enums and the texts are changed by different hunks; a text without its counter, or the other way
 * round, shifts every later name by one: here to the next counter of the model, in Linux to the next
 * of all.
 */
export function vmstat_text(): string[] {
  const zoneNames = ZONE_STAT_ITEMS.filter(isLine).map(vmstatName);
  const eventNames = VM_EVENT_ITEMS.filter(isBuilt).map(vmstatName);
  return [
    ...(hunk('p4/mm/vmstat/vmstat_text')
      ? zoneNames
      : zoneNames.filter((name) => name !== 'nr_lazyfree_pages')),
    ...(hunk('p4/mm/vmstat/vmstat_text.2')
      ? eventNames
      : eventNames.filter((name) => name !== 'pglazyfree')),
  ];
}

/** The counters of /proc/vmstat in the order of the enums, without differences not yet folded. */
export function vmstatItems(): (ZoneStatItem | VmEventItem)[] {
  return [...zone_stat_item().filter(isLine), ...vm_event_item().filter(isBuilt)];
}
