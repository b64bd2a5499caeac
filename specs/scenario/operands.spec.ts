/** What an operation is given is one of the values that the manual names, or is refused with its place. */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { OPERATIONS } from '../../model/scenario/operations';
import { parseScenario } from '../../model/scenario/parse';

const scenario = (line: string, first = 'P0'): string => `scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon 4
  - P0: mmap f shared-file 2 file=F
  - P0: pin a[0] as=h
  - ${first}: ${line}
`;

const run = (text: string) => () => {
  explore(parseScenario(text, 'f.yaml'), NAMED_VARIANTS.fixed, { file: 'f.yaml' });
};

describe('an operation is refused', () => {
  it.each([
    ['mmap b private-anonn', "no kind of mapping 'private-anonn'; did you mean 'private-anon'?"],
    ['mmap b constructor', "no kind of mapping 'constructor'"],
    ['mmap b private-anon 99999999999', 'PAGES is a whole number from 0 to 2147483647, not'],
    ['mmap b private-anon align=bogus', 'align=bogus; expected huge'],
    ['mmap b private-anon prot=rww', "prot=rww; did you mean 'rw'?"],
    ['mmap b private-anon at=1e1', "at is a whole number, not '1e1'"],
    ['mmap b private-anon after=A', 'after=A; expected a name, as in after=a'],
    ['mmap b private-anon pgoff=-1', "pgoff is a whole number, not '-1'"],
    ['mmap b private-anon size=many', "size is a whole number, not 'many'"],
    ['mmap b private-anon file=F', 'file=F: a private-anon mapping has no file'],
    ['mmap b private-file pgoff=100', 'room for; raise option filePages, now 12'],
    ['mmap P1:b private-anon', 'expected mmap NAME KIND'],
    ['mmap b private-anon nosuch=1', "mmap has no option 'nosuch'"],
    ['mmap b private-anon constructor=1', "mmap has no option 'constructor'"],
    ['mmap b private-anon at=9 at=9', 'at= stands here twice'],
    ['mprotect a rww', "no protection 'rww'; did you mean 'rw'?"],
    ['numa-scan', 'one node has nothing to balance; set option nodes: 2'],
    ['mremap a', 'expected mremap NAME to=NAME'],
    ['mremap a[0] to=b', 'expected mremap NAME to=NAME'],
    ['madvise a constructor', "no advice 'constructor'"],
    ['madvise a FREEE', "no advice 'FREEE'; did you mean 'FREE'?"],
    ['madvise a -1', 'advice is a whole number, not'],
    ['madvise a FREE len=4294967296', 'len is a whole number from -2147483648 to 2147483647'],
    ['madvise a FREE start=x', 'start is a whole number from'],
    ['remap-file-pages f -1', "PGOFF is a whole number, not '-1'"],
    ['remap-file-pages f 100', 'room for; raise option filePages, now 12'],
    ['clear-refs 77', "NUMBER is a whole number from 1 to 4, not '77'"],
    ['clear-refs 1 pid=Pluto', 'pid=Pluto; expected a name, as in pid=P1'],
    ['clear-refs 1 pid=P7', "no process is called 'P7'; did you mean 'P0'?"],
    ['fork child', "no process 'child'; expected a name, as in P1"],
    ['q = read a[3..1]', 'a[3..1] is no range of a[0..3]'],
    ['read a[4]', 'a[4] is no range of a[0..3]'],
    ['read b', "no mapping is called 'b'"],
    ['read P7:a', "no process is called 'P7'; did you mean 'P0'?"],
    ['write a 99999999999999999999', 'NUMBER is a whole number from -2147483648 to 2147483647'],
    ['write a 4294967295', 'NUMBER is a whole number from -2147483648 to 2147483647'],
    ['write a 1 step=99999999999', 'step is a whole number from -2147483648 to 2147483647'],
    ['write a 2147483646 step=1', 'the last value is a whole number from'],
    ['poke P0:a 9999999999', 'NUMBER is a whole number from'],
    ['vm-write P0:a 9999999999', 'NUMBER is a whole number from'],
    ['pin a[0]', 'expected pin ADDRESS as=NAME'],
    ['pin a[0] as=p for=bogus', 'for=bogus; expected one of write, read'],
    ['pin a[0] as=p fast=perhaps', 'fast=perhaps; expected yes'],
    ['dma i 1', "nothing is pinned as 'i'; expected h"],
    ['dma h 9999999999', 'NUMBER is a whole number from'],
    ['dirty-pin i', "nothing is pinned as 'i'"],
    ['unpin h dirty=perhaps', 'dirty=perhaps; expected no'],
    ['truncate F -5', "PAGES is a whole number, not '-5'"],
    ['truncate G 0', "no mapped file is called 'G'; expected F"],
    ['truncate f[1] 0', 'expected truncate FILE PAGES'],
    ['invalidate G', "no mapped file is called 'G'"],
    ['mmap b vdso prot=r', 'prot=r: the kernel maps the vdso, as rx; use mprotect afterwards'],
    ['reclaim inactve', "no list 'inactve'; did you mean 'inactive'?"],
    ['reclaim inactive of=bogus', 'of=bogus; expected one of anon, file'],
    ['reclaim inactive pages=-3', "pages is a whole number, not '-3'"],
    ['balance priority=99', "priority is a whole number from 0 to 12, not '99'"],
    ['writeback nonsense', "no end 'nonsense'; expected one of ok, error"],
    ['drain of=anon', "drain has no option 'of'"],
    ['drain 1', 'expected drain'],
    ['ksm-scan -1', "NUMBER is a whole number, not '-1'"],
    ['ksm-scan 100000000', 'NUMBER is a whole number from 0 to 65536'],
    ['migrate P0:a node=x', "node is a whole number, not 'x'"],
    ['post 5', "no name '5'"],
    ['wait a[0]', 'expected wait NAME'],
    ['wait never', "nobody posts 'never', so that this waits for ever"],
    ['vmstat pglazyfreee', "no line 'pglazyfreee'; did you mean 'pglazyfree'?"],
    ['vmstat 5', "no line '5'"],
    ['vmstat zzzzzz', 'these are near: '],
    ['x = drain', "drain has no result to keep as 'x'"],
    ['x = reclaim active', "has no result to keep as 'x'"],
    ['fault = read a', "'fault' means something else in conditions"],
  ])('with its place: %s', (line, message) => {
    const faulty = scenario(line);
    expect(run(faulty)).toThrow(message);
    expect(run(faulty)).toThrow(/^f\.yaml:8:\d+: [^\n]+$/);
    expect(run(faulty)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it.each([
    ['kswapd', 'read P0:a', 'read: runs in a process; name the actor P0'],
    ['kswapd', 'pages a', 'a: whose? a kernel actor names the process, as in P0:a'],
    ['P0', 'read zz', "no mapping is called 'zz'"],
    ['kswapd', 'balance priority=0', 'kswapd stops at priority 1; let a process reclaim'],
  ])('where no execution comes to it: %s: %s', (actor, line, message) => {
    const never = scenario('wait later');
    expect(run(`${never}  - ${actor}: ${line}\n  - P0: post later\n`)).toThrow(message);
  });
});

it('a scenario that names more than there is room for is refused', () => {
  const posts = (n: number): string => {
    const lines = Array.from({ length: n }, (_, k) => `  - P0: post n${k}\n`);
    return `${scenario('drain')}${lines.join('')}`;
  };
  // Beside them, a process and a pin.
  expect(run(posts(62))).not.toThrow();
  expect(run(posts(63))).toThrow(
    'f.yaml: 65 pins, processes, threads and posted names in all; use at most 64',
  );
});

// mm/shmem.c shmem_zero_setup makes a file without a name, of the mapping's length, each time.
it.each([
  [
    'mmap t shared-anon 1 file=F',
    'file=F: each mmap of shared-anon makes a new file; fork shares it',
  ],
  ['mmap t shared-anon 1 size=2', 'size=2: the file of shared-anon is as long as the mapping'],
  ['mmap t shared-anon 13 at=20', 'page 12 of the file is more than there is room for'],
  ['truncate file_s 1', "no mapped file is called 'file_s'"],
])('beside shared anonymous memory %s is refused', (line, message) => {
  const mapped = `${scenario('mmap s shared-anon')}options: {filePages: 12}\n`;
  expect(run(mapped)).not.toThrow();
  const again = '  - P0: munmap s\n  - P0: mmap s shared-anon\n';
  expect(run(mapped.replace('options', `${again}options`))).not.toThrow();
  expect(run(mapped.replace('options', `  - P0: ${line}\noptions`))).toThrow(message);
});

it.each(['hugetlb', 'pfn', 'private-zero'])(
  'a %s mapping has no file that is truncated',
  (kind) => {
    const faulty = `${scenario(`mmap h ${kind} 1 file=H`)}  - P0: truncate H 0\n`;
    expect(run(faulty)).toThrow('H is no file of a disk or of tmpfs');
  },
);

describe('an operation is taken', () => {
  it.each([
    'write a -0x10 step=-1',
    'write a 2147483647',
    'write a -2147483648',
    'madvise a 0x5',
    'migrate P0:a node=7',
    'mmap b private-anon prot=rwx',
    'x = reclaim inactive pages=0 of=file',
    'w = write a 1',
    'truncate F 100',
  ])('with %s', (line) => {
    expect(run(scenario(line))).not.toThrow();
  });
});

it.each(OPERATIONS)('the synopsis of $verb names its options', ({ usage, options = {} }) => {
  const named = [...usage.matchAll(/([a-z]+)=/g)].map(([, key]) => key);
  expect(Object.keys(options)).toEqual(named);
});
