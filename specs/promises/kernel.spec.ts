/** What holds of calls and of the kernel itself: a kernel for each promise that breaks it. */
import { readFileSync } from 'node:fs';
import { PROMISES } from '../../model/promises/judge';
import type { Outcome, SystemOutcome } from '../../model/scenario/outcome';
import { packagePath } from '../../scripts/cli/package-root';
import { answering, broken, brokenIf, scenario } from './support';

const PRESSURE = 'kswapd: gone = reclaim-until-gone P0:a';
const SWEEP = ['kworker: drain-all', 'kworker: reclaim inactive', 'kworker: left = audit'];

const system =
  (change: Partial<SystemOutcome>) =>
  (outcome: Outcome): Outcome => ({ ...outcome, system: { ...outcome.system, ...change } });

describe('kernel promises', () => {
  it('no-fault: a second mapping of a freed page crashes a debugging kernel', () => {
    const mapped = scenario({
      setup: ['P0: write a 1', PRESSURE, 'P0: fork P1', 'P0: seen = read a'],
      after: ['P0: madvise a FREE', 'P1: end = read a'],
    });
    expect(broken(mapped, 'base')).toEqual([]);
    expect(broken(mapped, 'original')).toEqual([
      'no-fault: oops: mm/rmap.c __page_check_anon_rmap: NULL pointer dereference',
    ]);
  });

  it('no-fault: a crash in the set-up is not forgotten', () => {
    const early = scenario({
      setup: [
        'P0: write a 1',
        PRESSURE,
        'P0: fork P1',
        'P0: seen = read a',
        'P0: madvise a FREE',
        'P1: end = read a',
      ],
    });
    expect(broken(early, 'original')).toHaveLength(1);
  });

  it('counters: a store to a freed page that was read from swap leaves nr_lazyfree_pages behind', () => {
    const rewritten = scenario({
      setup: [
        'P0: write a 1',
        PRESSURE,
        'P0: seen = read a',
        'P0: madvise a FREE',
        'P0: write a 2',
      ],
      after: ['kworker: sums = audit'],
    });
    expect(broken(rewritten, 'base')).toEqual([]);
    expect(broken(rewritten, 'original')).toEqual(['counters: nr_lazyfree_pages']);
    // Before 4/6 there is nothing to count.
    expect(broken(rewritten, 'patch3')).toEqual([]);
  });

  const ended = scenario({ setup: ['P0: write a 1'], after: ['P0: exit', ...SWEEP] });

  it('nothing-left: a page or a slot that outlives every process', () => {
    expect(broken(ended, 'base')).toEqual([]);
    expect(brokenIf(ended, system({ freePages: 3 }))).toEqual(['nothing-left: pages']);
    expect(brokenIf(ended, system({ freeSwap: 3 }))).toEqual(['nothing-left: slots']);
  });

  it('nothing-left: but the huge zero page, which its shrinker gives back', () => {
    const setup = ['P0: mmap h private-anon 4 align=huge', 'P0: madvise h HUGEPAGE', 'P0: read h'];
    const huge = scenario({ setup, after: ['P0: exit', ...SWEEP] });
    expect(broken(huge, 'base')).toEqual([]);
  });

  it('no-deadlock: what comes after the threads never ends', () => {
    const unended = (outcome: Outcome): Outcome => {
      const { left, ...results } = outcome.internal.results;
      expect(left).toBe('agrees');
      return { ...outcome, internal: { ...outcome.internal, results } };
    };
    expect(brokenIf(ended, unended)).toEqual(['no-deadlock: a thread waits for ever']);
  });

  it('no-deadlock: a wait for write-back that no device ends is none', () => {
    const waiting = scenario({
      setup: ['P0: write a 1', 'kworker: drain-all', 'kworker: reclaim active'],
      after: ['kswapd: reclaim inactive', 'kworker: swapoff', 'kworker: left = audit'],
    });
    expect(broken(waiting, 'base')).toEqual([]);
  });

  it('discard-without-io: a discarded page that was written to swap first', () => {
    const discarded = scenario({
      setup: ['P0: write a 1', 'P0: r = madvise a FREE'],
      after: [PRESSURE, 'P0: end = read a'],
    });
    expect(broken(discarded, 'original')).toEqual([]);
    const swapped = (outcome: Outcome) =>
      answering({ r: 0, end: 0 })(system({ vmstat: { pswpout: 1 } })(outcome));
    expect(brokenIf(discarded, swapped)).toEqual(['discard-without-io: swapped out']);
  });

  // mm/mlock.c __mlock_vma_pages_range: FOLL_WRITE, so that private memory gets pages of its own.
  it('discard-without-io: not of the new pages that mlock brings in place of discarded ones', () => {
    const setup = [
      'P0: mmap h private-anon 4 align=huge',
      'P0: madvise h HUGEPAGE',
      'P0: write h 1',
    ];
    const locked = ['P0: r = madvise h FREE', 'P0: mlock h', 'P0: munlock h'];
    const after = [PRESSURE.replace('P0:a', 'P0:h'), 'P0: end = read h'];
    expect(broken(scenario({ setup: [...setup, ...locked], after }), 'original')).toEqual([]);
  });
});

describe('call promises', () => {
  it.each([
    ['private-anon', 0, []],
    ['private-anon', -12, ['errnos: -ENOMEM for private-anon memory']],
    ['private-file', 0, ['errnos: 0 for private-file memory']],
    ['private-file', -22, []],
  ])('errnos: %s memory answers %i', (kind, r, breaches) => {
    const called = scenario({ setup: [`P0: mmap b ${kind}`, 'P0: r = madvise b FREE'] });
    expect(brokenIf(called, answering({ r }))).toEqual(breaches);
  });

  it('errnos: a hole is answered with ENOMEM, by a child that got it from its parent too', () => {
    const hole = scenario({ setup: ['P0: munmap a', 'P0: fork P1', 'P1: r = madvise a FREE'] });
    expect(broken(hole, 'original')).toEqual([]);
  });

  it('errnos: locked memory is refused, memory that is being locked may be', () => {
    const locked = scenario({ setup: ['P0: mlock a', 'P0: r = madvise a FREE'] });
    expect(brokenIf(locked, answering({ r: 0 }))).toEqual(['errnos: 0 for locked memory']);
    const locking = scenario({
      threads: { 'P0/T0': ['mlock a'], 'P0/T1': ['r = madvise a FREE'] },
    });
    expect(brokenIf(locking, answering({ r: 0 }))).toEqual([]);
  });

  it('no-signal: a read of plain memory', () => {
    const plain = scenario({ setup: ['P0: write a 1'], after: ['P0: end = read a'] });
    expect(brokenIf(plain, answering({ end: 'SIGBUS' }))).toEqual(['no-signal: SIGBUS at a read']);
    const unmapped = scenario({ setup: ['P0: munmap a'], after: ['P0: end = read a'] });
    expect(broken(unmapped, 'base')).toEqual([]);
  });

  it('poison-sigbus: a rewritten freed page is answered with SIGKILL', () => {
    const poisoned = scenario({
      options: 'memoryFailureEarlyKill: true',
      setup: ['P0: write a 1', 'P0: madvise a FREE', 'P0: write a 2'],
      after: ['kworker: memory-failure P0:a', 'P0: end = read a'],
    });
    expect(broken(poisoned, 'base')).toEqual([]);
    expect(broken(poisoned, 'original')).toEqual(['poison-sigbus: SIGKILL']);
  });

  it('movable: a page rewritten after the call', () => {
    const moved = scenario({
      options: 'nodes: 2',
      setup: ['P0: write a 1', 'P0: madvise a FREE', 'P0: write a 2'],
      after: ['kworker: status = migrate P0:a node=1'],
    });
    expect(broken(moved, 'base')).toEqual([]);
    expect(broken(moved, 'original')).toEqual(['movable: not moved']);
  });

  it('reclaimable: a page that pressure does not get out', () => {
    const kept = scenario({ setup: ['P0: write a 1', PRESSURE], after: ['P0: end = read a'] });
    expect(broken(kept, 'original')).toEqual([]);
    expect(brokenIf(kept, answering({ gone: 8 }))).toEqual(['reclaimable: stays']);
  });
});

describe('promises > manual', () => {
  it('docs/promises.md tells each one with its source and its scope', () => {
    const manual = readFileSync(packagePath('docs', 'promises.md'), 'utf8');
    const missing = PROMISES.filter(
      ({ id, text, source, concurrently }) =>
        ![id, text, source, concurrently].every((part) => manual.includes(part)),
    );
    expect(missing.map(({ id }) => id)).toEqual([]);
  });
});
