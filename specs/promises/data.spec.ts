/** What reads may return: what the judge lets pass, and what it does not. */
import { answering, broken, brokenIf, scenario } from './support';

const PRESSURE = 'kswapd: reclaim-until-gone P0:a';

describe('data promises > on the modelled kernels', () => {
  it('a freed page that reads zero breaks nothing', () => {
    const freed = scenario({
      setup: ['P0: write a 1', 'P0: madvise a FREE', PRESSURE],
      after: ['P0: end = read a'],
    });
    expect(broken(freed, 'original')).toEqual([]);
  });

  it('a store beside the call may survive or not', () => {
    const beside = scenario({
      setup: ['P0: write a 1'],
      threads: { 'P0/T0': ['madvise a FREE'], 'P0/T1': ['write a 2'] },
      after: [PRESSURE, 'P0: end = read a'],
    });
    expect(broken(beside, 'original')).toEqual([]);
  });

  it('a child that shares a clean page with its freeing parent is a bystander', () => {
    const shared = scenario({
      setup: ['P0: write a 1', PRESSURE, 'P0: seen = read a', 'P0: fork P1', 'P0: madvise a FREE'],
      after: [PRESSURE, 'P1: end = read a'],
    });
    expect(broken(shared, 'base')).toEqual([]);
    expect(broken(shared, 'original')).toEqual(['bystander: a write by a store is lost']);
  });

  it.each([
    ['device', ['P0: pin a as=h', 'kworker: dma h 2', 'kworker: unpin h']],
    ['ptrace poke', ['kworker: poke P0:a 2']],
    ['process_vm_writev', ['kworker: vm-write P0:a 2']],
  ])('a write by a %s that follows the call has to survive', (route, steps) => {
    const lost = scenario({
      setup: ['P0: write a 1', 'P0: madvise a FREE', ...steps],
      after: [PRESSURE, 'P0: end = read a'],
    });
    expect(broken(lost, 'base')).toEqual([]);
    expect(broken(lost, 'original')).toEqual([`write-after-call: a write by a ${route} is lost`]);
  });

  it('munmap takes nothing away while the mapping is elsewhere, and may answer 0', () => {
    const elsewhere = scenario({
      setup: ['P0: write a 1'],
      threads: { 'P0/T0': ['mremap a to=z', 'mremap z to=a'], 'P0/T1': ['munmap a'] },
      after: ['P0: end = read a'],
    });
    expect(broken(elsewhere, 'base')).toEqual([]);
  });

  it('a device write that is under way during the call may be lost', () => {
    const during = scenario({
      setup: ['P0: write a 1', 'P0: pin a as=h', 'P0: madvise a FREE'],
      after: ['kworker: dma h 2', 'kworker: unpin h', PRESSURE, 'P0: end = read a'],
    });
    expect(broken(during, 'original')).toEqual([]);
  });
});

describe('data promises > on kernels that go wrong', () => {
  const written = scenario({ setup: ['P0: write a 1'], after: ['P0: end = read a'] });

  it.each([
    ['an old value', 7, ['last-write: another value']],
    ['zero', 0, ['bystander: a write by a store is lost']],
    ['the value', 1, []],
    ['half a page of zeroes', '1 0', ['bystander: a write by a store is lost']],
  ])('a read that nobody freed before returns %s', (_, end, breaches) => {
    expect(brokenIf(written, answering({ end }))).toEqual(breaches);
  });

  it.each([
    [0, []],
    [1, []],
    [2, ['last-write: another value']],
  ])('after a successful call a read may return the old value or zero: %i', (end, breaches) => {
    const freed = scenario({
      setup: ['P0: write a 1', 'P0: r = madvise a FREE'],
      after: ['P0: end = read a'],
    });
    expect(brokenIf(freed, answering({ r: 0, end }))).toEqual(breaches);
  });

  it('memory that was zeroed by a call keeps nothing', () => {
    const zeroed = scenario({
      setup: ['P0: write a 1', 'P0: madvise a DONTNEED'],
      after: ['P0: end = read a'],
    });
    expect(brokenIf(zeroed, answering({ end: 1 }))).toEqual([
      'last-write: zeroed memory shows an old value',
    ]);
  });

  it('a store that ends in a signal may have written a part', () => {
    const refused = scenario({
      setup: ['P0: write a 1', 'P0: mprotect a r', 'P0: w = write a 2'],
      after: ['P0: end = read a'],
    });
    const verdict = (end: string) => brokenIf(refused, answering({ w: 'SIGSEGV', end }));
    expect([verdict('2 1'), verdict('1 1')]).toEqual([[], []]);
    expect(verdict('3 1')).toEqual(['last-write: another value']);
  });

  it('half a page is judged on its own', () => {
    const half = scenario({
      setup: ['P0: write a 1', 'P0: r = madvise a FREE', 'P0: write a[0].lo 2'],
      after: ['P0: end = read a'],
    });
    const verdict = (end: string) => brokenIf(half, answering({ r: 0, end }));
    expect([verdict('2 1'), verdict('2 0')]).toEqual([[], []]);
    expect(verdict('0 1')).toEqual(['write-after-call: a write by a store is lost']);
  });

  it('what a parent frees after the fork is no excuse for the child', () => {
    const forked = (lines: string[]) =>
      scenario({ setup: ['P0: write a 1', ...lines], after: ['P1: end = read a'] });
    const zero = answering({ r: 0, end: 0 });
    expect(brokenIf(forked(['P0: fork P1', 'P0: r = madvise a FREE']), zero)).toHaveLength(1);
    expect(brokenIf(forked(['P0: r = madvise a FREE', 'P0: fork P1']), zero)).toEqual([]);
  });
});

describe('data promises > what orders operations', () => {
  const after = ['P0: end = read a'];
  const threads = (call: string[], store: string[]) =>
    scenario({ setup: ['P0: write a 1'], threads: { 'P0/T0': call, 'P0/T1': store }, after });
  const zero = answering({ r: 0, end: 0 });

  it('a store that waits for the call follows it', () => {
    const ordered = threads(['r = madvise a FREE', 'post x'], ['wait x', 'write a 2']);
    expect(new Set(brokenIf(ordered, zero))).toEqual(
      new Set(['write-after-call: a write by a store is lost']),
    );
  });

  it('a store that posts before the call precedes it', () => {
    const ordered = threads(['wait x', 'r = madvise a FREE'], ['write a 2', 'post x']);
    expect(brokenIf(ordered, zero)).toEqual([]);
  });

  it('two posts of one name order nothing', () => {
    const twice = threads(['r = madvise a FREE', 'post x', 'post x'], ['wait x', 'write a 2']);
    expect(brokenIf(twice, zero)).toEqual([]);
  });
});
