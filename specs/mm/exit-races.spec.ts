/**
 * What others do to the memory of a process that ends. kernel/fork.c get_task_mm and mmput keep the mm for a
 * call that has begun; mm/huge_memory.c __khugepaged_exit waits for khugepaged.
 */
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';

interface Race {
  readonly options?: readonly string[];
  readonly setup: readonly string[];
  readonly beside: string;
}

/** Every outcome of an exit of P0 beside something else. */
function race({ options = [], setup, beside }: Race) {
  const text = [
    'scenario: exit-beside\ntitle: x\nsource: x',
    ...(options.length > 0 ? ['options:', ...options.map((option) => `  ${option}`)] : []),
    'setup:',
    ...setup.map((line) => `  - ${line}`),
    `threads:\n  P0/T0: exit\n  ${beside}`,
    'after:\n  - kworker: [drain-all, sums = audit]',
    'expect:\n  - never: fault',
  ];
  const { outcomes, completeness } = explore(parseScenario(text.join('\n')), NAMED_VARIANTS.fixed);
  expect(completeness).toEqual({ kind: 'complete' });
  return outcomes.map(({ outcome }) => outcome);
}

const PAGE = ['P0: mmap a private-anon 1', 'P0: write a 1', 'P1: mmap b private-anon'];

it.each([
  { beside: 'P1/T0: done = poke P0:a 3', results: [-5, 0], call: 'access_process_vm' },
  { beside: 'P1/T0: done = vm-write P0:a 3', results: [-3, 0], call: 'process_vm_writev' },
  { beside: 'P1/T0: done = migrate P0:a node=1', results: [-22, 1], call: 'move_pages' },
])('$call finds all of the memory, or no process', ({ beside, results }) => {
  const setup = [...PAGE, 'kworker: drain-all'];
  const outcomes = race({ options: ['nodes: 2'], setup, beside });
  const found = outcomes.map(({ user }) => Number(user.results['done']));
  expect([...new Set(found)].sort((a, b) => a - b)).toEqual(results);
  expect(outcomes.flatMap(({ system }) => system.faults)).toEqual([]);
  expect(outcomes.every(({ internal }) => internal.results['sums'] === 'agrees')).toBe(true);
});

it('exit waits for khugepaged, which then leaves a mm without users alone', () => {
  const setup = ['P0: mmap a private-anon 4 align=huge', 'P0: write a 1', 'P0: madvise a HUGEPAGE'];
  const outcomes = race({
    options: ['frames: 32'],
    setup: [...setup, 'kworker: drain-all'],
    beside: 'khugepaged: collapse P0:a',
  });
  expect(outcomes.flatMap(({ system }) => system.faults)).toEqual([]);
  expect(outcomes.every(({ internal }) => internal.results['sums'] === 'agrees')).toBe(true);
});

describe('lru_add_drain_all', () => {
  const setup = ['P0@0: mmap a private-anon', 'P1@1: mmap b private-anon'];
  const free = ['P0@0: write a 1', 'P1@1: write b 2', 'kworker@0: drain-all'];
  const last = ['P0@0: madvise a FREE', 'P1@1: madvise b FREE'];

  it('has every order of the pagevecs of two CPUs', () => {
    const text = [
      'scenario: order\ntitle: x\nsource: x\nsetup:',
      ...[...setup, ...free, ...last].map((line) => `  - ${line}`),
      'threads:\n  kworker@2: drain-all',
      'after:\n  - kswapd: reclaim inactive pages=1\n  - P0@0: x = read a\n  - P1@1: y = read b',
      'expect:\n  - never: fault',
    ].join('\n');
    const { outcomes } = explore(parseScenario(text), NAMED_VARIANTS.fixed);
    const reads = outcomes.map(({ outcome }) => outcome.user.results);
    expect(reads.map(({ x, y }) => `${x} ${y}`).sort()).toEqual(['0 2', '1 0']);
  });
});
