/** /proc/vmstat of the running kernel, with every CPU's difference folded in. */
import { ZONE_STAT_ITEMS, type ZoneStatItem } from '../include/linux/mmzone';
import type { VmEventItem } from '../include/linux/vm_event_item';
import { vmstat_text, vmstatItems } from '../mm/vmstat';
import { vmEvent, zoneCounterShown } from '../state/inspect';

/** One line of /proc/vmstat; -1 if the kernel has no such line. */
export function vmstatLine(name: string): number {
  const index = vmstat_text().indexOf(name);
  if (index < 0) return -1;
  const item = vmstatItems()[index]!;
  const zoneItems: readonly string[] = ZONE_STAT_ITEMS;
  return zoneItems.includes(item)
    ? zoneCounterShown(item as ZoneStatItem)
    : vmEvent(item as VmEventItem);
}

/** All lines by name. */
export const vmstatLines = (): Record<string, number> =>
  Object.fromEntries(vmstat_text().map((name) => [name, vmstatLine(name)]));
