/** The prefixes of a series, and what becomes of faults along them. */
import { NAMED_VARIANTS } from '../../model/features/variant';
import { courseOf, prefixesOf } from '../../model/hunt/bisect';
import { loadSuite } from '../../scripts/suite';
import { bisect } from '../../scripts/bisect';
import { bisectText } from '../../scripts/views/bisect-text';

const { original, fixed, base } = NAMED_VARIANTS;

describe('prefixes', () => {
  it('are one for each patch, and all of the series build', () => {
    const prefixes = prefixesOf(fixed);
    expect(prefixes.map(({ patch }) => patch)).toEqual([
      'base',
      'p1',
      'p2',
      'p3',
      'fixup',
      'p4',
      'p5',
      'p6',
    ]);
    expect(prefixes.filter(({ missing }) => missing.length > 0)).toEqual([]);
    expect(prefixes[0]!.variant.equals(base)).toBe(true);
    expect(prefixes.at(-1)!.variant.equals(fixed)).toBe(true);
    expect(prefixesOf(original).map(({ patch }) => patch)).not.toContain('fixup');
  });

  it('do not build where a symbol comes with a later patch, or with none', () => {
    const lacking = prefixesOf(original.minus(['p3/include/linux/swap/MarkLazyFree']));
    const broken = lacking.filter(({ missing }) => missing.length > 0).map(({ patch }) => patch);
    expect(broken).toEqual(['p3', 'p4', 'p5', 'p6']);
  });
});

it.each([
  [[true, true, true], { course: 'pre-existing' }],
  [[true, false, false], { course: 'fixed', until: 'p1' }],
  [[false, true, true], { course: 'introduced', from: 'p1' }],
  [[false, true, false], { course: 'transient', from: 'p1', until: 'p2' }],
])('a fault that is there as in %j', (present, course) => {
  expect(courseOf(['base', 'p1', 'p2'], present)).toEqual(course);
});

it('says of a series that was interrupted how much of it was judged, and nothing of the rest', async () => {
  const request = {
    prefixes: prefixesOf(fixed),
    scenarios: [],
    untilSize: 0,
    executions: 10,
    workers: 0,
  };
  const none = await bisect({ ...request, signal: AbortSignal.abort() });
  expect(bisectText(none, 80)).toMatch(
    /^fixed: stopped before the first of 8 prefixes was judged\.\n/,
  );
  const stop = new AbortController();
  const some = await bisect({
    ...request,
    signal: stop.signal,
    onProgress: (done) => void (done === 3 && stop.abort()),
  });
  expect(bisectText(some, 200)).toMatch(
    /^fixed: stopped after 3 of 8 prefixes; up to there each builds; 0 faults introduced, 0 that come/,
  );
});

it('the leaking counter comes with 4/6, the lost child with 3/6; the fixup mends neither', async () => {
  const wanted = ['lazyfree-counter-leaks', 'fork-migrated-child-loses-data'];
  const document = await bisect({
    prefixes: prefixesOf(fixed),
    scenarios: loadSuite()
      .map(({ scenario }) => scenario)
      .filter(({ name }) => wanted.includes(name)),
    untilSize: 0,
    executions: 10,
    workers: 0,
    signal: new AbortController().signal,
  });
  expect(document.faults).toEqual([
    {
      fault: 'bystander: a write by a store is lost',
      course: 'introduced',
      from: 'p3',
      shown: 'fork-migrated-child-loses-data',
    },
    {
      fault: 'counters: nr_lazyfree_pages',
      course: 'introduced',
      from: 'p4',
      shown: 'lazyfree-counter-leaks',
    },
  ]);
  expect(document.prefixes.map(({ faults }) => faults)).toEqual([0, 0, 0, 1, 1, 2, 2, 2]);
  expect(bisectText(document, 80)).toMatch(
    /^fixed: every prefix builds; 2 faults introduced, 0 that/,
  );
});
