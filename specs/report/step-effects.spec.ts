import { effectsOf } from '../../model/report/step-effects';
import type { TraceStep } from '../../model/scenario/trace';

const step = (state: TraceStep['state']): TraceStep => ({
  thread: 0,
  functions: ['reclaim'],
  object: 'choice',
  changes: ['PG_lru: set -> clear'],
  choice: 1,
  line: 3,
  state,
});

const appeared = (section: 'results' | 'counters', object: string, field: string, after: string) =>
  ({ section, object, field, before: null, after }) as const;

describe('what a step did', () => {
  it('is its choice, its changes, its results and its faults, and not the state twice', () => {
    const state = [
      appeared('results', 'x', '', '-EINVAL'),
      appeared('results', 'mm/rmap.c try_to_unmap_one', 'BUG', 'a condition'),
      appeared('counters', 'pgfault', '', '1'),
    ];
    expect(effectsOf(step(state))).toEqual([
      'choice 1',
      'PG_lru: set -> clear',
      'result x = -EINVAL',
      'BUG in mm/rmap.c try_to_unmap_one: a condition',
    ]);
  });

  it('names no place of a fault where none is known', () => {
    const effects = effectsOf(step([appeared('results', '', 'oops', 'NULL pointer dereference')]));
    expect(effects).toContain('OOPS: NULL pointer dereference');
  });
});
