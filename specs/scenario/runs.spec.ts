/** Runs of scenarios that take steps back, or go where they have been, against runs from the beginning. */
import fc from 'fast-check';
import { explore } from '../../model/explorer/explore';
import { exploreStates } from '../../model/explorer/states';
import type { Run } from '../../model/explorer/program';
import { switchesRead } from '../../model/features/hunk';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';
import { loadSuite } from '../../scripts/suite';
import { walk } from '../explorer/walks';

const suite = loadSuite().map(({ scenario }) => scenario);
const programOf = (scenario: (typeof suite)[number], name: keyof typeof NAMED_VARIANTS) =>
  new ScenarioProgram(scenario, (id) => NAMED_VARIANTS[name].has(id));

const scenarioOf = (text: string) =>
  parseScenario(`scenario: x\ntitle: t\nsource: s\n${text}`, 'x');

const picks = fc.array(fc.nat(1000), { maxLength: 60 });
const walks = fc.array(fc.tuple(picks, fc.nat(60)), { minLength: 1, maxLength: 4 });

const lookOf = (run: Run): unknown[] => [
  ...Array.from({ length: run.threadCount }, (_, t) => [
    run.choices(t),
    run.choices(t) > 0 && [run.enabled(t), run.guard(t)],
  ]),
  [...run.accesses.slice(0, run.accessCount)],
  [...run.looked!.slice(0, run.accessCount)],
];

describe('a run of a scenario that takes steps back', () => {
  it.each(suite)('does in $name what one does from the beginning', (scenario) => {
    const program = programOf(scenario, 'original');
    const run = program.startReversible();
    // One outcome for each key.
    const ends = new Map<number, string>();
    const end = (): string => {
      const [key, outcome] = [run.outcomeKey(), run.outcome()];
      expect(outcome).toBe(ends.get(key) ?? outcome);
      ends.set(key, outcome);
      return outcome;
    };
    fc.assert(
      fc.property(walks, picks, (before, last) => {
        let taken: number[] = [];
        run.restart();
        for (const [more, left] of before) {
          let n = 0;
          walk(run, more, () => n++);
          taken = [...taken, ...more.slice(0, n)].slice(0, left);
          run.back(taken.length);
        }
        const seen = [end()];
        walk(run, last, () => seen.push(JSON.stringify(lookOf(run))));
        seen.push(end());

        const anew = program.start();
        walk(anew, taken, () => undefined);
        const expected = [anew.outcome()];
        walk(anew, last, () => expected.push(JSON.stringify(lookOf(anew))));
        expected.push(anew.outcome());
        expect(seen).toEqual(expected);
      }),
      { seed: 20140314, numRuns: 12 },
    );
  });

  const racing = suite.find(({ name }) => name === 'ksm-races-with-free')!;

  it('can take over in the middle of an exploration', () => {
    const explored = [0, 1, 7, Infinity].map((reversibleAfter) => {
      const program = programOf(racing, 'fixed');
      return explore({
        start: () => program.start(),
        startReversible: () => program.startReversible(),
        reversibleAfter,
      });
    });
    const [first, ...others] = explored.map(({ executions, outcomes }) => ({
      executions,
      outcomes: [...outcomes],
    }));
    for (const other of others) expect(other).toEqual(first);
    // Fewer steps, the sooner it does.
    const steps = explored.map((each) => each.steps);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps[0]!).toBeLessThan(steps[3]! * 0.7);
  });

  it('takes over at once where the threads are known from an exploration before', () => {
    const program = programOf(racing, 'fixed');
    const [first, again] = [explore(program), explore(program)];
    expect(again.executions).toBe(first.executions);
    expect([...again.outcomes]).toEqual([...first.outcomes]);
    expect(again.steps).toBeLessThan(first.steps);
  });

  it('keeps to its switches where another program has set its own since', () => {
    const program = programOf(racing, 'fixed');
    const before = explore(program);
    const again = programOf(racing, 'fixed');
    again.startReversible();
    programOf(racing, 'base');
    expect(explore(again).outcomes).toEqual(before.outcomes);
  });

  it('knows where it is where an operation that comes later is cut short in some runs only', () => {
    const scenario = scenarioOf(`setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - kworker: reclaim-until-gone P0:a
  - P0: read a
threads:
  k0: reclaim inactive
  k1: memory-failure P0:a
after:
  - kworker: reclaim-until-gone P0:a
  - P0: read a
  - P0: exit
  - kworker: drain-all
  - kworker: reclaim active
`);
    const program = programOf(scenario, 'fixed');
    const { startKeyed, ...plain } = {
      startKeyed: () => program.startKeyed(),
      start: () => program.start(),
    };
    const outcomes = (of: Parameters<typeof explore>[0]) => [...explore(of).outcomes.keys()].sort();
    const expected = outcomes(plain);
    expect(outcomes({ ...plain, startReversible: () => program.startReversible() })).toEqual(
      expected,
    );
    const byStates = exploreStates({ ...plain, startKeyed });
    expect([...byStates.outcomes.keys()].sort()).toEqual(expected);
  });

  it.each(['pin-during-the-call', 'fixup-swap-slot', 'free-races-with-reclaim'])(
    'reads in %s the switches that runs from the beginning read',
    (name) => {
      const scenario = suite.find((each) => each.name === name)!;
      const plain = programOf(scenario, 'original');
      expect(explore({ start: () => plain.start() }).executions).toBeGreaterThan(50);
      const read = switchesRead();
      const program = programOf(scenario, 'original');
      explore(program);
      expect(switchesRead()).toEqual(read);
      programOf(scenario, 'base');
      explore(program);
      // The set-up is not run again.
      const again = new Set(switchesRead());
      programOf(scenario, 'base');
      explore({ start: () => plain.start() });
      expect(switchesRead().filter((id) => !again.has(id))).toEqual([]);
    },
  );

  const two = scenarioOf(`setup:
  - P0: mmap a private-anon
  - P0: write a 1
  - P0: fork P1
threads:
  P1/T0: write a 2
  P1/T1: [madvise a FREE, r = read a]
`);
  const large = scenarioOf(`options:
  frames: 300
setup:
  - P0: mmap a private-anon
`);
  const inOrder = (run: Run, threads: readonly number[]): void => {
    for (const thread of threads) {
      for (let n = 0; n < 200 && run.choices(thread) > 0; n++) run.step(thread, 0);
    }
  };

  it('goes on in its own kernel where another one runs by now', () => {
    const program = programOf(two, 'fixed');
    const run = program.startReversible();
    inOrder(run, [0, 1]);
    run.back(0);
    programOf(large, 'fixed').start();
    inOrder(run, [1, 0]);
    const anew = program.start();
    inOrder(anew, [1, 0]);
    expect(run.outcome()).toBe(anew.outcome());
  });

  it('leaves a run from the beginning alone that has begun', () => {
    const program = programOf(two, 'fixed');
    const expected = program.start();
    inOrder(expected, [1, 0]);
    const outcome = expected.outcome();
    const run = program.start();
    for (let n = 0; n < 6; n++) run.step(1, 0);
    program.startReversible();
    program.startKeyed();
    inOrder(run, [1, 0]);
    expect(run.outcome()).toBe(outcome);
  });

  it('tells counters by the names that its own variant gives them', () => {
    const program = programOf(two, 'fixed');
    const run = program.startReversible();
    inOrder(run, [1, 0]);
    const outcome = run.outcome();
    expect(outcome).toContain('nr_lazyfree_pages');
    run.back(0);
    programOf(two, 'base');
    inOrder(run, [1, 0]);
    expect(run.outcome()).toBe(outcome);
  });

  it('tells a result only while the step that gave it has been taken', () => {
    const scenario = scenarioOf(`setup:
  - P0: mmap a private-anon
threads:
  P0/T0: done = madvise a FREE
`);
    const run = programOf(scenario, 'original').startReversible();
    const begun = run.outcome();
    let steps = 0;
    walk(run, Array<number>(100).fill(0), () => steps++);
    expect(JSON.parse(run.outcome())).toMatchObject({ user: { results: { done: 0 } } });
    run.back(steps - 1);
    run.back(0);
    expect(run.outcome()).toBe(begun);
  });
});

describe('a run of a scenario whose states have keys', () => {
  it.each(suite)('goes in $name to wherever it has been', (scenario) => {
    const program = programOf(scenario, 'original');
    const run = program.startKeyed();
    const whole = (of: Run): string => JSON.stringify([lookOf(of), of.outcome()]);
    const known = new Map<number, { readonly taken: number[]; readonly place: string }>();
    // What was touched on the way to a state is no part of it.
    const place = (): string =>
      JSON.stringify([lookOf(run).slice(0, run.threadCount), run.outcome()]);
    fc.assert(
      fc.property(picks, fc.nat(), picks, (first, pick, more) => {
        run.restart();
        let taken: number[] = [];
        const remember = (): void => {
          const key = run.stateKey();
          known.set(key, known.get(key) ?? { taken, place: place() });
          expect(place()).toBe(known.get(key)!.place);
        };
        remember();
        walk(run, first, () => {
          taken = [...taken, first[taken.length]!];
          remember();
        });
        const [key, { taken: way, place: before }] = [...known][pick % known.size]!;
        run.goTo(key);
        expect([run.stateKey(), place()]).toEqual([key, before]);

        const anew = program.start();
        walk(anew, way, () => undefined);
        const seen: string[] = [];
        walk(run, more, () => seen.push(whole(run)));
        const expected: string[] = [];
        walk(anew, more, () => expected.push(whole(anew)));
        expect(seen).toEqual(expected);
      }),
      { seed: 20140314, numRuns: 8 },
    );
  });
});
