/** docs/scenarios.md: the manual of the scenario language, with its operations and options. */
import { OPERATIONS } from '../../model/scenario/operations';
import { defaultConfig } from '../../model/state/config';

const INTRODUCTION = `# Scenarios

A scenario is a small program for the modelled kernel: options, a set-up that runs alone, threads and
kernel actors that run at the same time, and what to expect of every interleaving. It is a YAML file
with one line for each operation:

\`\`\`yaml
scenario: rewrite-survives
title: a page written after the call keeps what was written
source: mm/rmap.c try_to_unmap_one; madvise(2) MADV_FREE
options:
  swapSlots: 4
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - P0: madvise a FREE
threads:
  P0/T0: write a 2
  kswapd: reclaim-until-gone P0:a
after:
  - P0: end = read a
expect:
  - always: end == 2
  - never: fault
\`\`\`

\`lzfree run FILE\` explores it. Errors name line and column.

## Parts

| key | meaning |
| --- | --- |
| \`scenario\` | its name: a-z, 0-9, - and _ |
| \`title\` | the fact that it is about, one sentence |
| \`source\` | the kernel text that the fact rests on: file and function, manual page, or record |
| \`options\` | the machine and the kernel's configuration, see below |
| \`setup\` | list of \`actor: operation\` (or a list of operations), one after the other, alone |
| \`threads\` | mapping from actors to operations; they run concurrently |
| \`after\` | like \`setup\`, when every thread has ended |
| \`expect\` | list of \`always\`, \`sometimes\` or \`never\` with a condition; \`variants: [..]\` limits it to named variants |

**Actors.** \`P0\` or \`P0/T1\` is a thread of process P0; any other name (\`kswapd\`, \`ksmd\`, \`kworker\`) is
a kernel thread. \`@2\` puts it on CPU 2; otherwise thread n of the list runs on CPU n, and set-up and after
on CPU 0. A process exists from the start unless some operation forks it; then its threads begin when the fork is
done. An operation on a CPU leaves its marks there: TLB entries, pages in that CPU's pagevecs.

**Addresses.** \`a\` is all of mapping a, \`a[2]\` its third page, \`a[0..3]\` four pages, \`a[0].hi\` the upper half
of a page, \`P1:a\` the mapping of another process. Kernel actors name the process.

**Results.** \`x = read a\` keeps a result under the name x; without a name it is kept under the thread's name and the
operation's number. A read gives the value, a system call 0 or -errno, an operation that is answered with a signal
the signal's name, and the thread ends there.

## Conditions

C-like expressions: \`==\`, \`!=\`, \`<\`, \`<=\`, \`>\`, \`>=\`, \`&&\`, \`||\`, \`!\`, \`+\`, \`-\`, parentheses.

| operand | meaning |
| --- | --- |
| \`x\` | the result kept under x; \`-EINVAL\`, \`SIGSEGV\`, ... as results |
| \`fault\`, \`fault("mm/rmap.c")\` | a kernel fault was reported (whose text contains this) |
| \`stuck\`, \`stuck("P0/T0")\` | a thread waits for ever |
| \`killed\` | a kernel fault ended a thread |
| \`vmstat.pswpout\` | a line of /proc/vmstat, since boot, per-CPU differences folded in |
| \`free_pages\`, \`free_swap\` | free page frames, free swap slots |
| \`rss(P0).anon\`, \`.file\`, \`.swap\` | the process's counters |
| \`pte(P0, a[1]).present\`, \`.rw\`, \`.young\`, \`.dirty\`, \`.none\`, \`.swapped\`, \`.migration\`, \`.hwpoison\` | a bit of the page-table entry |
| \`page(P0, a[1]).dirty\` and every other flag without PG_ | a flag of the page mapped there |
| \`page(P0, a).count\`, \`.mapcount\`, \`.lazyfree\`, \`.ksm\`, \`.mapping\` | its counts and its tag |
| \`page(P0, a).lru\`, \`.from_tail\` | its LRU list (\`"inactive_anon"\`, ...) and its distance from the tail |

## Outcomes

An outcome is what one execution leaves behind, at three levels: **user** (results, threads that wait or were killed),
**system** (faults, RSS and swap counters, /proc/vmstat, free memory and swap), **internal** (page flags, counts, tags, LRU
positions, ptes, swap slots). A kernel BUG or bad access ends the task that met it, with its locks held, as in Linux; the
others go on.
`;

const OPTION_NOTES = `## Options

Sizes that are not set follow from the scenario: as many CPUs as threads, as many pages as are mapped, frames and swap
slots with some to spare.
`;

/** The whole manual. */
export function scenarioManual(): string {
  const operations = OPERATIONS.map(
    ({ usage, doc, by }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${who(by)} | ${doc} |`,
  );
  const options = Object.entries(defaultConfig).map(
    ([name, value]) => `| \`${name}\` | ${String(value)} |`,
  );
  return [
    INTRODUCTION,
    '## Operations\n',
    '| operation | by | what it does |',
    '| --- | --- | --- |',
    ...operations,
    '',
    OPTION_NOTES,
    '| option | default |',
    '| --- | --- |',
    ...options,
    '',
    'What each option means is said in model/state/config.ts.',
    '',
  ].join('\n');
}

function who(by: string): string {
  return by === 'process' ? 'a process' : 'anybody';
}
