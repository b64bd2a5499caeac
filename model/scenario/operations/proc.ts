/** Looks at /proc. A look takes no step of its own, so it belongs where nothing else runs. */
import { vmstat_text, vmstatItems } from '../../mm/vmstat';
import type { Steps } from '../../machine/op';
import { step } from '../../machine/op';
import { ZONE_STAT_ITEMS } from '../../include/linux/mmzone';
import { countPages, smaps, word } from '../../state/inspect';
import { kernel } from '../../state/kernel';
import type { ResultValue } from '../outcome';
import { fault, target, wordArgument, type Context } from '../world';
import type { OperationSpec } from './operation';

/** `present 64 swapped 0 ...`: the fields that are not 0. */
function fields(values: object): string {
  const shown = Object.entries(values as Record<string, number>).filter(([, value]) => value !== 0);
  return shown.map(([name, value]) => `${name} ${value}`).join(' ') || 'nothing';
}

function* vmstat(context: Context): Steps<ResultValue> {
  yield step(kernel.zone);
  const name = wordArgument(context, 0);
  const index = vmstat_text().indexOf(name);
  if (index < 0) return -1;
  const item = vmstatItems()[index]!;
  const zoneItems: readonly string[] = ZONE_STAT_ITEMS;
  if (!zoneItems.includes(item)) return word(kernel.vmEvent(item as 'PSWPIN'));
  const total = Array.from({ length: kernel.config.cpus }, (_, cpu) =>
    word(kernel.percpu(cpu, `diff_${item as 'NR_MLOCK'}`)),
  );
  return total.reduce((sum, diff) => sum + diff, word(kernel.zoneStat(item as 'NR_MLOCK')));
}

function look(read: (context: Context) => ResultValue): OperationSpec['run'] {
  return function* (context) {
    yield step(kernel.zone);
    return read(context);
  };
}

export const procOperations: readonly OperationSpec[] = [
  {
    verb: 'pages',
    usage: 'pages ADDRESS',
    doc: 'How many pages of the range are present, swapped, dirty, ... (/proc/pid/pagemap with /proc/kpageflags). Only in setup and after.',
    by: 'any',
    args: ['address'],
    alone: true,
    run: look((context) => {
      const { mm, start, end } = target(context);
      return fields(countPages(mm, start, end));
    }),
  },
  {
    verb: 'smaps',
    usage: 'smaps ADDRESS',
    doc: 'The sums of /proc/pid/smaps over the range, in kB. Only in setup and after.',
    by: 'any',
    args: ['address'],
    alone: true,
    run: look((context) => {
      const { mm, start, end } = target(context);
      const kilobytes = Object.entries(smaps(mm, start, end)).map(([k, v]) => [k, v * 4] as const);
      return fields(Object.fromEntries(kilobytes));
    }),
  },
  {
    verb: 'vmstat',
    usage: 'vmstat NAME',
    doc: "A line of /proc/vmstat with every CPU's difference folded in; -1 if the kernel has no such line. Only in setup and after.",
    by: 'any',
    args: ['word'],
    alone: true,
    *run(context) {
      if (context.operation.args[0]?.kind === 'number') throw fault(context, 'expected a name');
      return yield* vmstat(context);
    },
  },
];
