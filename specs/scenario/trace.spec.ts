import { compare, witnessOf, type DifferenceWitness } from '../../model/diff/compare';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { applyChanges, type StateCell } from '../../model/scenario/state-cells';
import { ScenarioProgram } from '../../model/scenario/program';
import { recordTrace, type Trace } from '../../model/scenario/trace';

const TEXT = `scenario: freed-then-read
title: a freed page is read again
source: madvise(2)
setup:
  - P0: mmap a private-anon
  - P0: write a 1
threads:
  P0/T0:
    - freed = madvise a FREE
    - back = read a
`;
const [FREE_LINE, READ_LINE] = [9, 10];

const { base, fixed } = NAMED_VARIANTS;

function differing(): DifferenceWitness {
  return witnessOf(compare(parseScenario(TEXT), base, fixed), base, fixed)!;
}

const witness = differing();
const { trace, other } = witness;

/** `object field` to value, in one section. */
function section(cells: readonly StateCell[], name: string): Record<string, string> {
  const own = cells.filter((cell) => cell.section === name);
  return Object.fromEntries(own.map((cell) => [`${cell.object} ${cell.field}`.trim(), cell.value]));
}

const atEnd = ({ start, steps }: Trace): StateCell[] =>
  steps.reduce<StateCell[]>((cells, step) => applyChanges(cells, step.state), [...start]);

describe('the states of a trace', () => {
  it('begin with what the set-up left', () => {
    expect(section(trace.start, 'ptes')).toEqual({ 'P0:a[0]': 'page(P0:a[0]) rw young dirty' });
    expect(section(trace.start, 'results')).toEqual({});
  });

  it('end, change by change, in what the outcome says', () => {
    const end = atEnd(trace);
    expect(section(end, 'results')).toEqual({ freed: '0', back: '1' });
    const { freePages, freeSwap, processes } = trace.outcome.system;
    expect(section(end, 'counters')).toMatchObject({
      'free pages': String(freePages),
      'free swap slots': String(freeSwap),
      'rss P0 anon': String(processes['P0']!.anon),
    });
    const [page] = Object.values(trace.outcome.internal.pages);
    expect(section(end, 'pages')).toMatchObject({
      'page(P0:a[0]) flags': page!.flags.join(' '),
      'page(P0:a[0]) mapping': 'ANON|LZFREE',
      'page(P0:a[0]) _count': String(page!.count),
      'page(P0:a[0]) _mapcount': `${page!.mapcount} mapped`,
    });
  });

  it('count the page tables that have a page as the changes of the trace do', () => {
    const scenario = parseScenario(
      TEXT.replace('  - P0: write a 1\n', '').replace('back = read a', 'write a 1'),
    );
    const program = new ScenarioProgram(scenario, (id) => fixed.has(id));
    const { steps } = recordTrace(program, [], { lenient: true });
    const isIt = (change: string): boolean => change.includes('_mapcount');
    const step = steps.find(({ changes }) => changes.some(isIt))!;
    const told = step.changes.find(isIt)!;
    const cell = step.state.find(({ field }) => field === '_mapcount')!;
    expect(told).toContain(`${cell.before} -> ${cell.after}`);
  });

  it('say what each change was before', () => {
    let cells: readonly StateCell[] = trace.start;
    for (const { state } of trace.steps) {
      for (const { before, ...place } of state) {
        const known = cells.find(
          (cell) =>
            cell.section === place.section &&
            cell.object === place.object &&
            cell.field === place.field,
        );
        expect(known?.value ?? null).toBe(before);
      }
      cells = applyChanges(cells, state);
    }
  });
});

describe('the steps of a trace', () => {
  it('name the line of the operation that they belong to', () => {
    const lines = new Set(trace.steps.flatMap(({ line }) => line ?? []));
    expect([...lines]).toEqual([FREE_LINE, READ_LINE]);
  });

  it('name kernel functions, and none of what runs the scenario', () => {
    const names = new Set(trace.steps.flatMap(({ functions }) => functions));
    expect([...names]).toEqual(expect.arrayContaining(['sys_madvise', 'madvise_vma', 'switch_mm']));
    const runners = ['perform', 'operations', 'thread', 'resume', 'start', 'take', 'differing'];
    expect(runners.filter((name) => names.has(name))).toEqual([]);
  });

  it('stand beside those of the other variant, each one once and in order', () => {
    const indices = (side: 0 | 1): number[] => witness.aligned.flatMap((pair) => pair[side] ?? []);
    expect(indices(0)).toEqual([...trace.steps.keys()]);
    expect(indices(1)).toEqual([...other.steps.keys()]);
    const pairs = witness.aligned.filter(([i, j]) => i !== null && j !== null);
    expect(pairs.length).toBeGreaterThan(0);
    for (const [i, j] of pairs) {
      const { thread, functions, object } = trace.steps[i!]!;
      expect(other.steps[j!]).toMatchObject({ thread, functions, object });
    }
  });
});

it('a pointer is told by the name of what it points to', () => {
  const text = TEXT.replace(/ {2}P0\/T0:[^]*/, '  P0/T0: read a\nafter:\n  - P0: exit\n');
  const program = new ScenarioProgram(parseScenario(text), (id) => base.has(id));
  const { steps } = recordTrace(program, [], { lenient: true });
  const changes = steps.flatMap((step) => step.changes);
  expect(changes).toContain('P0 mmap: vma[0] -> 0');
});
