/** What goes wrong while a scenario is set up is a part of what can happen. */
import { explore } from '../../model/diff/explore';
import { without } from '../../model/features/requires';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';

/** Nobody takes the mark off the page pointers that the gather frees, so that freeing one oopses. */
const marked = without(NAMED_VARIANTS.fixed, 'p3/mm/swap_state/free_pages_and_swap_cache');

const call = `scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - P0: done = madvise a FREE
`;

describe('a set-up', () => {
  it('that cannot be carried out is named with file, line and column', () => {
    const text = call.replace('private-anon', 'private-anonn');
    const run = () => explore(parseScenario(text, 'mine.yaml'), NAMED_VARIANTS.fixed);
    expect(run).toThrow(
      "mine.yaml:5:9: mmap: no kind of mapping 'private-anonn'; did you mean 'private-anon'?",
    );
  });

  it.each([
    ['cpus: 1', 'option cpus is 1, and the scenario needs 3; raise it, or leave it out'],
    ['processes: 1', 'option processes is 1, and the scenario needs 2; raise it'],
    ['files: 0', 'option files is 0, and the scenario needs 1; raise it'],
    ['pages: 2', 'option pages is 2, and the scenario needs 4; raise it'],
    ['vmas: 1', 'the scenario needs more vmas than there are; raise its option vmas, now 1'],
    ['anonVmas: 0', 'needs more anon_vmas than there are; raise its option anonVmas, now 0'],
  ])('that the option %s leaves no room for is named with it', (option, message) => {
    const more =
      '  - P0: mmap f private-file\n  - P0@2: fork P1\n  - P0: write f 1\nthreads:\n  P0/T0: read a\n';
    const text = call.replace('setup:', `options: {${option}}\nsetup:`) + more;
    const run = () => explore(parseScenario(text), NAMED_VARIANTS.fixed, { file: 'mine.yaml' });
    expect(run).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(run).toThrow(message);
  });

  it.each([
    ['mmap b private-anon at=x', "mine.yaml:8:9: mmap: at is a whole number, not 'x'"],
    ['mmap b private-anon at=-1', "mmap: at is a whole number, not '-1'"],
    ['mmap b private-anon -1', "mmap: PAGES is a whole number, not '-1'"],
    [
      'mmap b private-anon at=70000',
      'mine.yaml: it needs option pages to be 70004, and not a whole',
    ],
    ['fork P0', 'mine.yaml:8:9: fork: a process cannot make itself'],
    ['fork P1\n  - P0: fork P1', 'mine.yaml:9:9: fork: another fork makes it too'],
  ])('that asks for %j is refused', (operation, message) => {
    const text = `${call}  - P0: ${operation}\n`;
    const run = () =>
      explore(parseScenario(text, 'mine.yaml'), NAMED_VARIANTS.fixed, { file: 'mine.yaml' });
    expect(run).toThrow(message);
  });

  it('that ends in a kernel fault says so in the outcome', () => {
    const [{ outcome }] = explore(parseScenario(call), marked).outcomes;
    expect(outcome.system.faults).toHaveLength(1);
    expect(outcome.user.killed).toEqual(['setup:3']);
    expect(outcome.user.results).not.toHaveProperty('done');
  });

  it('that waits for a lock which a dead task holds ends there, with nothing after it', () => {
    const more = '  - P0: mmap b private-anon\nafter:\n  - P0: end = read a\n';
    const { outcomes, completeness } = explore(parseScenario(call + more), marked);
    expect(completeness.kind).toBe('complete');
    expect(outcomes.map(({ outcome }) => outcome.user)).toEqual([
      { results: { 'setup:1': 0 }, stuck: ['setup:4'], killed: ['setup:3'] },
    ]);
  });

  it('that goes well leaves no fault behind', () => {
    const [{ outcome }] = explore(parseScenario(call), NAMED_VARIANTS.fixed).outcomes;
    expect(outcome.system.faults).toEqual([]);
    expect(outcome.user).toMatchObject({ stuck: [], killed: [], results: { done: 0 } });
  });
});
