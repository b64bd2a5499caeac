import { explore } from '../../model/diff/explore';
import { parseVariant } from '../../model/features/variant-name';
import { traceLines } from '../../model/report/trace-text';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';
import { recordWithWaits } from '../../model/scenario/trace';

/** On it reclaim of a lazyfree page meets a BUG, with the anon_vma's lock and the page table's held. */
const variant = parseVariant('fixed-p3/mm/rmap/try_to_unmap_one');

const scenario = (more: string) =>
  parseScenario(`scenario: left-locked
title: a reclaimer dies with locks held
source: none
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - P0: madvise a FREE
  - kworker: drain-all
${more}`);

/** The last rows of every execution in which somebody waits, each told once. */
function lastRows(more: string): string[] {
  const parsed = scenario(more);
  const program = new ScenarioProgram(parsed, (id) => variant.has(id));
  const texts = explore(parsed, variant, {}).outcomes.map(({ schedule }) => {
    const { trace, waits } = recordWithWaits(program, schedule);
    const rows = traceLines(trace, 100, waits).slice(-waits.length);
    return waits.length === 0 ? '' : rows.map((row) => row.trim()).join('; ');
  });
  return [...new Set(texts)].filter(Boolean).sort();
}

describe('what a thread that never ends waits for', () => {
  it('is named with the thread that holds it, alone or as a reader', () => {
    expect(lastRows('threads:\n  kswapd: reclaim inactive\n  P0/T0: fork P1\n')).toEqual([
      'waits for anon_vma[0].rwsem, held by kswapd',
      'waits for ptl of P0, held by kswapd',
    ]);
  });

  it('is told of what comes after the threads, too', () => {
    expect(lastRows('threads:\n  kswapd: reclaim inactive\nafter:\n  - P0: read a\n')).toEqual([
      'waits for ptl of P0, held by kswapd',
    ]);
  });

  it('may be held since the set-up, and is not told where it is no lock of the kernel', () => {
    const threads = '  P0/T0:\n    - read a\n    - post done\n  P0/T1: wait done\n';
    expect(lastRows(`  - kswapd: reclaim inactive\nthreads:\n${threads}`)).toEqual([
      'waits for ptl of P0, held by the set-up',
    ]);
  });

  it('is nothing where every thread comes to its end', () => {
    expect(lastRows('threads:\n  P0/T0: fork P1\n')).toEqual([]);
  });
});
