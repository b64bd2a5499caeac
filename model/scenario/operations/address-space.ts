/** System calls that make, change and advise mappings, and processes. */
import { unlock, type Steps } from '../../machine/op';
import { sys_madvise } from '../../mm/madvise';
import { sys_mlock, sys_munlock } from '../../mm/mlock';
import { sys_munmap, vm_mmap } from '../../mm/mmap';
import { sys_mprotect } from '../../mm/mprotect';
import { sys_mremap } from '../../mm/mremap';
import { sys_remap_file_pages } from '../../mm/fremap';
import { do_exit, do_fork } from '../../kernel/fork';
import { task_numa_work } from '../../kernel/sched/fair';
import { clear_refs_write } from '../../fs/proc/task_mmu';
import { ADVICE } from '../../include/uapi/asm-generic/mman-common';
import { kernel } from '../../state/kernel';
import { address_space, type AddressSpace } from '../../include/linux/mm_types';
import { fileOf, mapsUnlinked } from '../layout';
import type { ResultValue } from '../outcome';
import {
  areaOf,
  bornWord,
  fault,
  mmOf,
  numberArgument,
  numberOption,
  target,
  wordArgument,
  type Context,
} from '../world';
import type { OperationSpec } from './operation';
import { COUNT, MAPPING, NAME, PROCESS, WORD, type Values } from './values';

const PAGE_SIZE = 4096;

/** Kinds of mapping, by what madvise distinguishes. */
export const MAPPING_KINDS = [
  'private-anon',
  'shared-anon',
  'private-file',
  'shared-file',
  'private-tmpfs',
  'shared-tmpfs',
  'private-zero',
  'nonlinear-file',
  'hugetlb',
  'pfn',
  'stack',
  'exec-stack',
  'vdso',
] as const;
export type MappingKind = (typeof MAPPING_KINDS)[number];

/** The file that an mmap is of; 0 for none. */
function mappedFile({ layout, operation }: Context): AddressSpace {
  const file = fileOf(operation);
  if (file === undefined && !mapsUnlinked(operation)) return 0;
  const slot = file === undefined ? layout.unlinked.get(operation)! : layout.files.indexOf(file);
  return kernel.mappings + slot * address_space.size;
}

function* mmap(context: Context): Steps<ResultValue> {
  const area = areaOf(context, wordArgument(context, 0));
  const kind = wordArgument(context, 1);
  const mapping = mappedFile(context);
  const result = yield* vm_mmap(context.cpu, {
    start: area.start,
    pages: area.pages,
    kind: kind as MappingKind,
    // install_special_mapping gives VM_READ and VM_EXEC.
    prot: protection(context.operation.options['prot'] ?? (kind === 'vdso' ? 'rx' : 'rw')),
    mapping,
    pgoff: numberOption(context, 'pgoff', kind.includes('file') || kind.includes('tmpfs') ? 0 : -1),
    fileSize: numberOption(context, 'size', area.pages),
  });
  return Math.min(result, 0);
}

const PROTECTIONS: Values = { words: ['rw', 'r', 'none', 'w', 'x', 'rx', 'wx', 'rwx'] };

/** PROT_ bits of {@link PROTECTIONS}; they have the values of VM_READ, VM_WRITE, VM_EXEC. */
function protection(text: string): number {
  const bit = (letter: string, value: number): number => (text.includes(letter) ? value : 0);
  return text === 'none' ? 0 : bit('r', 1) | bit('w', 2) | bit('x', 4);
}

const ADVICES: Values = { words: Object.keys(ADVICE), ...COUNT };

function* madvise(context: Context): Steps<ResultValue> {
  const { start, end } = target(context);
  const advice = wordArgument(context, 1);
  const number = /^\d+$/.test(advice) ? Number(advice) : ADVICE[advice as keyof typeof ADVICE];
  const from = start * PAGE_SIZE + numberOption(context, 'start', 0);
  const length = numberOption(context, 'len', (end - start) * PAGE_SIZE);
  return yield* sys_madvise(context.cpu, from, length, number);
}

/** A system call on a range: `call(context, first byte, length in bytes)`. */
function onRange(
  call: (context: Context, start: number, length: number) => Steps<ResultValue>,
): OperationSpec['run'] {
  return function* (context) {
    const { start, end } = target(context);
    return yield* call(context, start * PAGE_SIZE, (end - start) * PAGE_SIZE);
  };
}

function* fork(context: Context): Steps<ResultValue> {
  const child = wordArgument(context, 0);
  const result = yield* do_fork(context.cpu, context.cpu.mm, mmOf(context.layout, child));
  yield unlock(bornWord(context.layout, child));
  return result;
}

export const addressSpaceOperations: readonly OperationSpec[] = [
  {
    verb: 'mmap',
    usage:
      'mmap NAME KIND [PAGES] [at=PAGE] [after=NAME] [align=huge] [prot=rw|r|none] ' +
      '[file=NAME] [pgoff=N] [size=PAGES]',
    doc:
      `Makes a mapping of 1 or PAGES pages. Mappings do not touch one another unless ` +
      `after= places one right behind another. KIND is one of ${MAPPING_KINDS.join(', ')}. ` +
      'Each mmap of shared-anon makes a new file, which only fork shares and which goes with its ' +
      'last mapping; the vdso is mapped by the kernel, rx.',
    by: 'process',
    level: 'user',
    args: [
      'name',
      { called: 'kind of mapping', values: { words: MAPPING_KINDS } },
      { called: 'PAGES', values: COUNT, optional: true },
    ],
    options: {
      at: COUNT,
      after: MAPPING,
      align: { words: ['huge'] },
      prot: PROTECTIONS,
      file: NAME,
      pgoff: COUNT,
      size: COUNT,
    },
    run: mmap,
  },
  {
    verb: 'munmap',
    usage: 'munmap ADDRESS',
    doc: 'mm/mmap.c do_munmap under mmap_sem for writing.',
    by: 'process',
    level: 'user',
    args: ['address'],
    run: onRange((context, start, length) => sys_munmap(context.cpu, start, length)),
  },
  {
    verb: 'mprotect',
    usage: 'mprotect ADDRESS rw|r|none',
    doc: 'mm/mprotect.c.',
    by: 'process',
    level: 'user',
    args: ['address', { called: 'protection', values: PROTECTIONS }],
    run: onRange((context, start, length) =>
      sys_mprotect(context.cpu, start, length, protection(wordArgument(context, 1))),
    ),
  },
  {
    verb: 'mremap',
    usage: 'mremap NAME to=NAME',
    doc: 'Moves a whole mapping to the place of the new name (mm/mremap.c move_vma).',
    by: 'process',
    level: 'user',
    args: ['name'],
    options: { to: MAPPING },
    required: ['to'],
    *run(context) {
      const { start, end } = target(context);
      const to = areaOf(context, context.operation.options['to'] ?? '').start;
      const length = (end - start) * PAGE_SIZE;
      const result = yield* sys_mremap(context.cpu, start * PAGE_SIZE, length, to * PAGE_SIZE);
      return Math.min(result, 0);
    },
  },
  {
    verb: 'madvise',
    usage: 'madvise ADDRESS ADVICE [start=BYTES] [len=BYTES]',
    doc:
      `madvise(2); ADVICE is a name without MADV_ (${Object.keys(ADVICE).join(', ')}) or ` +
      `a number. start= moves the first byte, len= replaces the length, in bytes. The ` +
      `result is 0 or -errno.`,
    by: 'process',
    level: 'user',
    args: ['address', { called: 'advice', values: ADVICES }],
    options: { start: WORD, len: WORD },
    run: madvise,
  },
  {
    verb: 'mlock',
    usage: 'mlock ADDRESS',
    doc: 'mm/mlock.c: sets VM_LOCKED, then faults the pages in.',
    by: 'process',
    level: 'user',
    args: ['address'],
    run: onRange((context, start, length) => sys_mlock(context.cpu, start, length)),
  },
  {
    verb: 'munlock',
    usage: 'munlock ADDRESS',
    doc: 'mm/mlock.c munlock_vma_pages_range.',
    by: 'process',
    level: 'user',
    args: ['address'],
    run: onRange((context, start, length) => sys_munlock(context.cpu, start, length)),
  },
  {
    verb: 'remap-file-pages',
    usage: 'remap-file-pages ADDRESS PGOFF',
    doc: 'mm/fremap.c: makes the range show other pages of its file, so the mapping becomes nonlinear.',
    by: 'process',
    level: 'user',
    args: ['address', { called: 'PGOFF', values: COUNT }],
    run: onRange((context, start, length) =>
      sys_remap_file_pages(context.cpu, start, length, numberArgument(context, 1)),
    ),
  },
  {
    verb: 'clear-refs',
    usage: 'clear-refs NUMBER [pid=P1]',
    doc:
      'Writes 1 to 4 to /proc/pid/clear_refs (fs/proc/task_mmu.c clear_refs_write): 1 ' +
      'all, 2 anonymous, 3 file mappings lose their referenced bits, 4 clears soft-dirty ' +
      'bits.',
    by: 'any',
    args: [{ called: 'NUMBER', values: { range: [1, 4] } }],
    options: { pid: PROCESS },
    *run(context) {
      const process = context.operation.options['pid'] ?? context.process;
      if (process === undefined) throw fault(context, 'whose? name a process, as in pid=P0');
      yield* clear_refs_write(
        context.cpu,
        mmOf(context.layout, process),
        numberArgument(context, 0),
      );
      return undefined;
    },
  },
  {
    verb: 'numa-scan',
    usage: 'numa-scan',
    doc:
      'kernel/sched/fair.c task_numa_work, in the thread that it falls to: the next access to each page ' +
      'faults, so that automatic NUMA balancing learns who uses it. Needs option nodes.',
    by: 'process',
    args: [],
    *run(context) {
      if (kernel.config.nodes === 1)
        throw fault(context, 'one node has nothing to balance; set option nodes: 2');
      yield* task_numa_work(context.cpu, context.cpu.mm);
      return undefined;
    },
  },
  {
    verb: 'fork',
    usage: 'fork P1',
    doc: 'kernel/fork.c dup_mmap. Threads of the child begin when it is done.',
    by: 'process',
    level: 'user',
    args: [{ called: 'process', values: PROCESS }],
    run: fork,
  },
  {
    verb: 'exit',
    usage: 'exit',
    doc:
      'The last thread of the process ends: mmput, exit_mmap. No operation of the ' +
      'process may follow or run beside it.',
    by: 'process',
    args: [],
    *run(context) {
      yield* do_exit(context.cpu, context.cpu.mm);
      return undefined;
    },
  },
];
