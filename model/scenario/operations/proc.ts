/**
 * Looks at /proc and /sys. These files tell an administrator how the kernel keeps memory, and are system
 * level whoever reads them: a process could read its own smaps, as it could read its RSS. A look takes no
 * step of its own, so it belongs where nothing else runs.
 */
import { step, type Steps } from '../../machine/op';
import { VMSTAT_NAMES } from '../../mm/vmstat';
import { do_pages_stat_array } from '../../mm/migrate/callers';
import { countPages, smaps, word } from '../../state/inspect';
import { kernel, Ksm } from '../../state/kernel';
import { printResult } from '../errno';
import type { ResultValue } from '../outcome';
import { vmstatLine, vmstatLines } from '../vmstat-line';
import { target, wordArgument, type Context } from '../world';
import type { OperationSpec } from './operation';

/** `present 64 swapped 0 ...`: the fields that are not 0. */
function fields(values: object): string {
  const shown = Object.entries(values as Record<string, number>).filter(([, value]) => value !== 0);
  return shown.map(([name, value]) => `${name} ${value}`).join(' ') || 'nothing';
}

function vmstat(context: Context): ResultValue {
  if (context.operation.args.length > 0) return vmstatLine(wordArgument(context, 0));
  return fields(vmstatLines());
}

/** Pages of the range on each node, and those that are on none. */
function* nodes(context: Context): Steps<ResultValue> {
  const { mm, start, end } = target(context);
  const counts: Record<string, number> = {};
  for (const status of yield* do_pages_stat_array(context.cpu, mm, start, end)) {
    const where = status < 0 ? printResult(status).slice(1) : `node${status}`;
    counts[where] = (counts[where] ?? 0) + 1;
  }
  return fields(counts);
}

const KSM_FILES = ['pages_shared', 'pages_sharing', 'pages_unshared'] as const;

function ksm(): ResultValue {
  const value = (file: (typeof KSM_FILES)[number]): number => word(kernel.ksm + Ksm[file]);
  return fields(Object.fromEntries(KSM_FILES.map((file) => [file, value(file)])));
}

function look(read: (context: Context) => ResultValue): OperationSpec['run'] {
  return function* (context) {
    yield step(kernel.zone);
    return kernel.machine.see(() => read(context));
  };
}

export const procOperations: readonly OperationSpec[] = [
  {
    verb: 'pages',
    usage: 'pages ADDRESS',
    doc:
      'How many pages of the range are present, swapped, dirty, ... (/proc/pid/pagemap with ' +
      '/proc/kpageflags). Only in setup and after.',
    by: 'any',
    level: 'system',
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
    level: 'system',
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
    usage: 'vmstat [NAME]',
    doc:
      "A line of /proc/vmstat with every CPU's difference folded in; -1 if the kernel has no " +
      'such line. Without a name, all lines that are not 0. Only in setup and after.',
    by: 'any',
    level: 'system',
    args: [{ called: 'line', values: { words: VMSTAT_NAMES }, optional: true }],
    alone: true,
    run: look(vmstat),
  },
  {
    verb: 'nodes',
    usage: 'nodes ADDRESS',
    doc:
      'How many pages of the range lie on which NUMA node, on none (ENOENT), or where no page can ' +
      'be looked up (EFAULT), as move_pages(2) tells without target nodes. Only in setup and after.',
    by: 'any',
    // move_pages(2) tells a process about its own pages.
    level: 'caller',
    args: ['address'],
    alone: true,
    run: nodes,
  },
  {
    verb: 'ksm',
    usage: 'ksm',
    doc: `The numbers in /sys/kernel/mm/ksm: ${KSM_FILES.join(', ')}. Only in setup and after.`,
    by: 'any',
    level: 'system',
    args: [],
    alone: true,
    run: look(ksm),
  },
];
