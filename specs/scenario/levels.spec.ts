/** A difference has the level of whoever can see it, whichever operation shows it and whoever asks. */
import { compare } from '../../model/diff/compare';
import { explore } from '../../model/diff/explore';
import { without } from '../../model/features/requires';
import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import { holds } from '../../model/scenario/condition';
import { LEVELS, type Outcome } from '../../model/scenario/outcome';
import { parseScenario } from '../../model/scenario/parse';
import { resultsText, systemLines } from '../../scripts/views/outcome-text';

const { fixed, original, patch3 } = NAMED_VARIANTS;

const scenario = (...setup: string[]) =>
  parseScenario(
    [
      'scenario: x',
      'title: t',
      'source: s',
      'options: {nodes: 2}',
      'setup:',
      ...setup.map((line) => `  - ${line}`),
    ].join('\n'),
  );

/** The verdicts at user, system and internal level. */
const verdicts = (setup: readonly string[], a: Variant, b: Variant): string[] =>
  compare(scenario(...setup), a, b).levels.map(({ verdict }) => verdict);

function outcomeOf(setup: readonly string[], variant: Variant): Outcome {
  const [{ outcome }] = explore(scenario(...setup), variant).outcomes;
  return outcome;
}

/** The names of the results at each level. */
const names = (outcome: Outcome): string[][] =>
  LEVELS.map((level) =>
    Object.keys(outcome[level].results).filter((name) => !name.startsWith('setup:')),
  );

const freed = [
  'P0: mmap a private-anon',
  'P0: write a 1',
  'P0: madvise a FREE',
  'kworker: drain-all',
];

/** Without this hunk reclaim frees a freed page only while it puts it back, and does not count it. */
const uncounted = without(fixed, 'p3/mm/vmscan/shrink_page_list');
/** Without this hunk a freed page has no way to be unmapped by reclaim, which is a BUG. */
const helpless = without(fixed, 'p3/mm/rmap/try_to_unmap_one');

describe('a line of /proc/vmstat', () => {
  it.each(['kworker', 'P0'])('that only one variant has is system level, read by %s', (actor) => {
    const read = ['P0: mmap a private-anon', `${actor}: line = vmstat nr_lazyfree_pages`];
    expect(verdicts(read, patch3, original)).toEqual(['equal', 'changed', 'equal']);
  });
});

describe('what a kernel actor answers', () => {
  it('is no difference to a program, if nothing else is one', () => {
    const reclaimed = [...freed, 'kswapd: gone = reclaim inactive'];
    expect(holds('gone == 1', outcomeOf(reclaimed, fixed))).toBe(true);
    expect(holds('gone == 0', outcomeOf(reclaimed, uncounted))).toBe(true);
    expect(verdicts(reclaimed, uncounted, fixed)).toEqual(['equal', 'changed', 'equal']);
  });

  it('is the same as what a program sees only where it is a system call of the program', () => {
    const moving = (actor: string) => [
      'P0: mmap a private-anon',
      'P0: write a 1',
      'P0: madvise a FREE',
      'kworker: drain-all',
      'P0: write a 2',
      `${actor}: status = migrate P0:a node=1`,
    ];
    const moves = (actor: string) => verdicts(moving(actor), helpless, fixed)[0];
    expect(moves('kworker')).toBe('equal');
    expect(moves('P0')).toBe('changed');
  });

  it('is internal level where only the model counts it', () => {
    const rounds = (actor: string) => [...freed, `${actor}: rounds = reclaim-until-gone P0:a`];
    for (const actor of ['kswapd', 'P0']) {
      expect(names(outcomeOf(rounds(actor), fixed))).toEqual([[], [], ['rounds']]);
    }
  });
});

describe('a kernel actor that dies', () => {
  const reclaimed = [...freed, 'kswapd: gone = reclaim inactive', 'P0: mmap b private-anon'];
  const outcome = outcomeOf(reclaimed, helpless);

  it('is no death of a program', () => {
    expect(outcome.system).toMatchObject({
      killed: ['setup:5'],
      faults: [expect.stringMatching(/^BUG/)],
    });
    expect(outcome.user.killed).toEqual([]);
    expect(verdicts(reclaimed, fixed, helpless)[0]).toBe('equal');
  });

  it('is found by conditions, and told', () => {
    expect(holds('killed && !stuck', outcome)).toBe(true);
    expect(systemLines(outcome)[0]).toBe('setup:5 ended by a kernel fault');
  });
});

describe('a result', () => {
  const looked = [
    ...freed,
    'P0: own = pages a',
    'P0: sizes = smaps a',
    'P0: place = nodes a',
    'kworker: places = nodes P0:a',
    'kworker: merged = ksm',
    'kworker: sums = audit',
    'P0: end = read a',
  ];
  const outcome = outcomeOf(looked, fixed);

  it('stands at the level of whoever learns it', () => {
    expect(names(outcome)).toEqual([
      ['end', 'place'],
      ['merged', 'own', 'places', 'sizes'],
      ['sums'],
    ]);
  });

  it('has one name for conditions, whatever its level', () => {
    expect(holds('end == 1 && place == places && sums == "agrees"', outcome)).toBe(true);
  });

  it('is told with its level where no program learns it', () => {
    const told = resultsText(
      outcomeOf([...freed, 'kworker: n = balance', 'P0: end = read a'], fixed),
    );
    expect(told).toBe('end=0  system: n=1');
  });

  it('is a signal of the program whatever operation it ends', () => {
    const killed = outcomeOf(['P0: mmap a private-anon', 'P0: munmap a', 'P0: write a 1'], fixed);
    expect(killed.user.results).toMatchObject({ 'setup:3': 'SIGSEGV' });
  });
});
