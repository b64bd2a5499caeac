import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import { BEGINNINGS } from '../../model/search/alphabet';
import { lookAt, type Finding, type LookOptions } from '../../model/search/look-at';
import { programsOfSize, type Language, type Program } from '../../model/search/programs';
import { searchDifferences, type SearchState } from '../../model/search/search';

const { original, fixed } = NAMED_VARIANTS;

const small = (beginning: string, process: string[], kernel: string[] = []): Language => ({
  alphabet: { process, kernel },
  beginnings: BEGINNINGS.filter(({ name }) => name === beginning),
  threads: 3,
});

async function* lookAtAll(
  a: Variant,
  b: Variant,
  programs: Iterable<Program>,
  bounds: LookOptions,
) {
  await Promise.resolve();
  for (const { scenario } of programs) yield lookAt(scenario, a, b, bounds);
}

function searchFor(
  a: Variant,
  b: Variant,
  language: Language,
  { size, state, ...bounds }: LookOptions & { size: number; state?: SearchState },
) {
  return searchDifferences({
    language,
    size,
    lookAtAll: (programs) => lookAtAll(a, b, programs, { executions: 5000, ...bounds }),
    ...(state !== undefined && { state }),
  });
}

const fixup = small('merged-swap-cached', ['madvise a FREE', 'madvise a DONTNEED']);

describe('the search for differences', () => {
  it('finds a planted difference at its size, once for each kind, and none below', async () => {
    // Without this hunk the call drops the page at once.
    const planted = fixed.minus(['p3/mm/memory/unmap_page_range']);
    const language = small('written', ['madvise a FREE', 'read a'], ['drain-all']);
    const result = await searchFor(fixed, planted, language, { size: 1 });
    expect(
      result.kinds.map(({ level, direction, paths, programs }) => [
        level,
        direction,
        paths,
        programs,
      ]),
    ).toEqual([
      ['user', 'gained', ['results end_P0'], 1],
      ['user', 'lost', ['results end_P0'], 1],
    ]);
    expect(result.kinds[0]!.smallest.scenario.title).toBe(
      'page a just written; P0: madvise a FREE',
    );
    expect(result.equalUpTo).toEqual({ user: 0, system: 0, internal: 0 });
  });

  it('finds what the fixup changes at two operations, in two threads', async () => {
    const result = await searchFor(original, fixed, fixup, { size: 2 });
    const none = { incomplete: 0, byStates: 0 };
    expect(result.sizes).toEqual([
      { size: 1, all: 2, programs: 2, done: 2, unreached: 1, ...none, executions: 3 },
      { size: 2, all: 7, programs: 7, done: 7, unreached: 3, ...none, executions: 298 },
    ]);
    expect(result.equalUpTo).toEqual({ user: 2, system: 1, internal: 1 });
    expect(
      result.kinds.map(({ direction, smallest }) => [direction, smallest.scenario.title]),
    ).toEqual([
      ['gained', expect.stringMatching(/P0: madvise a FREE \|\| P0: madvise a DONTNEED$/)],
    ]);
  });

  it('claims nothing of a size at which a program met the bound', async () => {
    const few = { executions: 20, states: 50 };
    const result = await searchFor(original, fixed, fixup, { size: 2, ...few });
    expect(result.sizes[1]).toMatchObject({ done: 7, incomplete: 2, byStates: 0 });
    expect(result.incomplete).toHaveLength(2);
    expect(result.equalUpTo).toEqual({ user: 1, system: 1, internal: 1 });
    expect(result.kinds).toEqual([]);
  });

  it('finds the same by states where there are too many executions', async () => {
    const whole = await searchFor(original, fixed, fixup, { size: 2 });
    const result = await searchFor(original, fixed, fixup, { size: 2, executions: 20 });
    expect(result.sizes[1]).toMatchObject({ done: 7, incomplete: 0, byStates: 2 });
    expect(result.equalUpTo).toEqual(whole.equalUpTo);
    expect(result.kinds).toEqual(whole.kinds);
  });

  it('goes on where it was stopped, and ends in the same result', async () => {
    const whole = await searchFor(original, fixed, fixup, { size: 2 });
    let seen = 0;
    const stopped = await searchDifferences({
      language: fixup,
      size: 2,
      lookAtAll: async function* (programs): AsyncGenerator<Finding> {
        for await (const finding of lookAtAll(original, fixed, programs, { executions: 5000 })) {
          if (seen++ === 5) return;
          yield finding;
        }
      },
    });
    expect([stopped.interrupted, stopped.equalUpTo.user]).toEqual([true, 1]);
    const { sizes, kinds, incomplete } = stopped;
    const state = JSON.parse(JSON.stringify({ sizes, kinds, incomplete })) as SearchState;
    expect(await searchFor(original, fixed, fixup, { size: 2, state })).toEqual(whole);
  });

  it.each([
    ['traces', 10_000, 15_205],
    ['states', 10, 20],
  ])('finds by %s an outcome of a plain page that only original has', (_, most, executions) => {
    const operations = ['madvise a FREE', 'madvise a DONTNEED', 'read a'];
    const language = { ...small('half-swapped', operations), needs: 'madvise a FREE' };
    const program = [...programsOfSize(3, language)].find(({ scenario }) =>
      scenario.title.endsWith('P0: madvise a FREE || P0: madvise a DONTNEED || P1: read a'),
    )!;
    expect(lookAt(program.scenario, original, fixed, { executions: most })).toEqual({
      completeness: { kind: 'complete' },
      executions,
      byStates: most === 10,
      reached: true,
      differences: [
        { level: 'system', direction: 'lost', paths: ['freeSwap', 'vmstat nr_file_pages'] },
      ],
    });
  });

  it('finds no outcome of a plain page that only one side of the fixup has, where both act otherwise', () => {
    const language = {
      ...small('under-writeback', ['madvise a FREE', 'madvise a DONTNEED'], ['writeback ok']),
      needs: 'madvise a FREE',
    };
    const program = [...programsOfSize(3, language)].find(({ scenario }) =>
      scenario.title.endsWith(
        'P0: madvise a FREE || P0: madvise a DONTNEED || kernel: writeback ok',
      ),
    )!;
    expect(lookAt(program.scenario, original, fixed, { executions: 5000 })).toEqual({
      completeness: { kind: 'complete' },
      executions: 440,
      byStates: false,
      reached: true,
      differences: [],
    });
  });
});
