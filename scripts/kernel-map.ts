/** The content of docs/kernel-map.md: which function of Linux is where in the model. */
import { readdirSync, readFileSync } from 'node:fs';
import { packagePath } from './cli/package-root';

/** Parts of the model in the order in which somebody who learns mm would read them. */
export const SUBJECTS: readonly { readonly title: string; readonly paths: readonly string[] }[] = [
  {
    title: 'struct page: flags, counts, the tag in page->mapping, the page lock',
    paths: [
      ...['include/linux/mm_types.ts', 'include/linux/page-flags', 'include/linux/mm.ts'],
      ...['include/linux/ksm.ts', 'include/linux/pagemap.ts', 'mm/util.ts', 'include/linux/bug.ts'],
    ],
  },
  { title: 'Page allocator', paths: ['mm/page_alloc.ts', 'include/linux/highmem.ts'] },
  {
    title: 'Page tables and TLB',
    paths: [
      'arch/x86/include',
      'arch/x86/mm/pgtable.ts',
      'arch/x86/mm/tlb.ts',
      'mm/pgtable-generic.ts',
    ],
  },
  { title: 'mmu_gather', paths: ['include/asm-generic/tlb.ts', 'mm/memory/gather.ts'] },
  {
    title: 'Tearing down ptes',
    paths: [
      ...['include/linux/mm-zap.ts', 'mm/memory/unmap.ts', 'mm/memory/zap.ts', 'mm/memory/rss.ts'],
      'mm/memory/unmap-mapping.ts',
    ],
  },
  {
    title: 'Swap cache and swap I/O',
    paths: ['mm/swap_state.ts', 'mm/page_io.ts', 'mm/page-writeback.ts'],
  },
  { title: 'Swap map', paths: ['include/linux/swap', 'mm/swapfile'] },
  {
    title: 'LRU lists and pagevecs',
    paths: ['include/linux/mm_inline.ts', 'include/linux/list.ts', 'mm/swap.ts', 'mm/swap/'],
  },
  {
    title: 'Reverse map',
    paths: ['include/linux/rmap.ts', 'mm/rmap', 'mm/interval_tree.ts'],
  },
  {
    title: 'Faults, fork, get_user_pages',
    paths: [
      ...['arch/x86/mm/fault.ts', 'include/linux/vm_fault.ts', 'mm/memory', 'kernel/fork.ts'],
      ...['arch/x86/mm/gup.ts', 'include/linux/foll.ts'],
    ],
  },
  { title: 'Reclaim', paths: ['mm/vmscan'] },
  { title: 'Transparent huge pages', paths: ['include/linux/huge_mm.ts', 'mm/huge_memory'] },
  {
    title: 'madvise',
    paths: ['include/uapi/asm-generic', 'mm/madvise', 'mm/readahead.ts'],
  },
  { title: 'KSM', paths: ['mm/ksm'] },
  {
    title: 'Migration and NUMA hints',
    paths: ['include/linux/migrate.ts', 'mm/migrate', 'mm/mempolicy.ts', 'kernel/sched'],
  },
  { title: 'mlock', paths: ['mm/mlock'] },
  { title: 'Memory failure', paths: ['mm/memory-failure'] },
  {
    title: 'Counters',
    paths: ['include/linux/mmzone.ts', 'include/linux/vm_event_item.ts', 'mm/vmstat.ts'],
  },
  {
    title: 'Address spaces: mmap, munmap, mprotect, mremap, remap_file_pages, /proc',
    paths: [
      ...[
        'include/linux/vm_flags.ts',
        'include/linux/vm_page_prot.ts',
        'mm/mmap',
        'mm/mprotect.ts',
      ],
      ...['mm/mremap.ts', 'mm/fremap.ts', 'fs/proc'],
    ],
  },
  {
    title: 'Files, tmpfs, hugetlbfs',
    paths: [
      ...['include/linux/fs.ts', 'fs/', 'mm/filemap.ts', 'mm/shmem.ts', 'mm/truncate.ts'],
      ...['mm/hugetlb.ts', 'kernel/task_work.ts'],
    ],
  },
];

const FOLDERS = ['arch', 'fs', 'include', 'kernel', 'mm'];
const KERNEL_FILE = /(?:arch|fs|include|kernel|lib|mm)\/[\w./-]+\.[ch]/;
/** At the head of a comment: a kernel file, then the functions that the code below stands for. */
const HEAD = new RegExp(`^(${KERNEL_FILE.source}) (\\w+(?:, \\w+)*)`);
const DECLARATION = /^(?:export )?(?:const|function\*?) (\w+)/;
/** Kernel spelling without an underscore: the page flags' accessors, the marks of a pointer. */
const KERNEL_NAME = /_|^(?:Test)?(?:Set|Clear)?Page[A-Z]|LazyFree$/;
/** Values are found by their file; here it is about functions. `vma_` and the like abbreviate offsets. */
const NO_FUNCTION = /^[A-Z0-9_]+$|_$/;

/** Every file of the folders that mirror Linux, from the package's root. */
export function kernelFiles(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(packagePath('model', folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      ['model', folder, name].join('/').replaceAll('\\', '/'),
    ),
  )
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** The subjects that a file belongs to: the one with the longest path that fits, or those. */
export function subjectsOf(file: string): string[] {
  const fits = SUBJECTS.flatMap(({ title, paths }) =>
    paths
      .filter((path) => file.startsWith(`model/${path}`))
      .map((path) => ({ title, length: path.length })),
  );
  const longest = Math.max(...fits.map(({ length }) => length));
  return fits.filter(({ length }) => length === longest).map(({ title }) => title);
}

/** `model/mm/rmap/walk.ts` is a part of mm/rmap.c, `model/include/linux/mm-zap.ts` of linux/mm.h. */
function mirrored(file: string, header: string): string {
  const named = KERNEL_FILE.exec(header)?.[0];
  if (named !== undefined) return named;
  const path = file.replace(/^model\//, '').replace(/\.ts$/, '');
  return path.startsWith('include') ? `${path}.h` : `${path}.c`;
}

/** The functions of Linux in a model file, by kernel file, in the order of the text. */
export function functionsOf(file: string): Map<string, string[]> {
  const text = readFileSync(packagePath(file), 'utf8');
  const found = new Map<string, string[]>();
  const own = mirrored(file, /^\/\*\*[^]*?\*\//.exec(text)?.[0] ?? '');
  const note = (kernelFile: string, name: string): void => {
    const known = found.get(kernelFile) ?? [];
    if (!known.includes(name)) found.set(kernelFile, [...known, name]);
  };
  let comment = '';
  let collecting: string[] | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('/**')) collecting = [];
    if (collecting !== undefined) {
      collecting.push(
        line
          .replace(/^\/?\*+\/?|^ \*\/?/, '')
          .replace(/\*\/$/, '')
          .trim(),
      );
      if (!line.endsWith('*/')) continue;
      comment = collecting.filter((part) => part !== '').join(' ');
      collecting = undefined;
      continue;
    }
    const name = DECLARATION.exec(line)?.[1];
    if (name !== undefined) noteDeclaration(name, comment, own, note);
    comment = '';
  }
  return found;
}

/** One-line accessors of a header have the kernel's names, and comments without a file or none. */
const isAccessor = (name: string, comment: string, file: string): boolean =>
  KERNEL_NAME.test(name) && file.endsWith('.h') && (comment === '' || file.startsWith('arch/'));

/** A name that the comment above ties to a kernel file, and all others that it names there. */
function noteDeclaration(
  name: string,
  comment: string,
  own: string,
  note: (kernelFile: string, name: string) => void,
): void {
  const head = HEAD.exec(comment);
  const listed = head?.[2]!.split(/,\s*/).filter((word) => /^\w+$/.test(word)) ?? [];
  const named = listed.includes(name) || isAccessor(name, comment, own);
  if (named && !NO_FUNCTION.test(name)) note(head?.[1] ?? own, name);
  for (const other of listed.filter((word) => KERNEL_NAME.test(word))) {
    if (!NO_FUNCTION.test(other)) note(head![1]!, other);
  }
}

function rows(file: string): string[] {
  return [...functionsOf(file)].map(
    ([kernelFile, names]) => `| ${kernelFile} | [${file}](../${file}) | ${names.join(', ')} |`,
  );
}

/** The whole page. */
export function kernelMap(): string {
  const files = kernelFiles();
  const sections = SUBJECTS.map(({ title }) => {
    const own = files.filter((file) => subjectsOf(file).includes(title));
    return [`## ${title}`, '', '| Linux 3.14 | model | functions |', '| --- | --- | --- |']
      .concat(own.flatMap(rows), '')
      .join('\n');
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# Where Linux is in the model

Which function of the kernel stands where, by subject. A function has the kernel's name, its order of steps,
and above it what differs; a name that no function of the model has is part of one that stands in its row.
What is abstracted or left out by subject is in [model/README.md](../model/README.md). Locks, atomic accesses
and choices are in [model/machine](../model/machine/op.ts), what the CPU itself does in
[model/hardware](../model/hardware/tlb.ts), the objects' layout in
[mm_types.ts](../model/include/linux/mm_types.ts).

Written by \`npm run map\`; a spec checks that it is current.
`;
