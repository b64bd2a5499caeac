/**
 * Steps that are called independent are: suite and random scenarios, taken in other orders. More
 * random ones with LZFREE_DIAMONDS=3000 in the environment, which takes minutes.
 */
import { NAMED_VARIANTS, VARIANT_NAMES } from '../../model/features/variant';
import { isSequential } from '../../model/diff/pins';
import { Machine } from '../../model/machine/machine';
import { cellOf, Code, codeOf, load, step, store, type Steps } from '../../model/machine/op';
import { struct } from '../../model/machine/struct';
import type { Scenario } from '../../model/scenario/ast';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';
import { randomPick } from '../../model/scenario/sample';
import type { Run } from '../../model/explorer/program';
import { loadSuite } from '../../scripts/suite';
import { checkExecution, type Diamonds, type Subject } from './diamond';
import { stressProgram } from './stress-programs';

const PROGRAMS = Number(process.env['LZFREE_DIAMONDS'] ?? 40);

function subject(scenario: Scenario, variant: keyof typeof NAMED_VARIANTS): Subject {
  const program = new ScenarioProgram(scenario, (id) => NAMED_VARIANTS[variant].has(id));
  return { machine: program.kernel.machine, start: () => program.start() };
}

/** A generator whose first numbers are spread well, for seeds that follow one another too. */
const spread = (seed: number): ReturnType<typeof randomPick> => randomPick(seed * 0x9e3779b1);

describe('independent neighbours', () => {
  const concurrent = loadSuite().filter(({ scenario }) => !isSequential(scenario));

  it.each(VARIANT_NAMES.map((variant) => ({ variant })))(
    'of the concurrent scenarios can be swapped on $variant',
    ({ variant }) => {
      const diamonds: Diamonds = { pairs: 0, broken: [] };
      for (const { scenario } of concurrent) {
        const of = subject(scenario, variant);
        for (const seed of [1, 2]) checkExecution(of, spread(seed), diamonds);
      }
      expect(diamonds.broken).toEqual([]);
      expect(diamonds.pairs).toBeGreaterThan(50);
    },
  );

  it('of random programs over all operations can be swapped', () => {
    const diamonds: Diamonds = { pairs: 0, broken: [] };
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const scenario = parseScenario(stressProgram(spread(seed)), 'stress');
      const of = subject(scenario, VARIANT_NAMES[seed % VARIANT_NAMES.length]!);
      checkExecution(of, spread(-seed), diamonds);
    }
    expect(diamonds.broken).toEqual([]);
    expect(diamonds.pairs).toBeGreaterThan(100 * PROGRAMS);
  });
});

/** By field: the ways in which its words are added to, plainly or tested for a bound. */
function familiesOf(
  of: Subject,
  pick: (n: number) => number,
  into: Map<string, Set<string>>,
): void {
  const { machine } = of;
  const note = (addr: number, family: string): void => {
    const field = machine.arena.describe(addr).replace(/\[\d+\]/, '');
    into.set(field, (into.get(field) ?? new Set()).add(family));
  };
  const { bump, bumpCount } = machine;
  machine.bump = (addr, delta) => (note(addr, 'plain'), bump.call(machine, addr, delta));
  machine.bumpCount = (addr, delta) => (note(addr, 'count'), bumpCount.call(machine, addr, delta));
  const run = of.start();
  for (;;) {
    const threads = Array.from({ length: run.threadCount }, (_, thread) => thread);
    const ready = threads.filter((thread) => run.choices(thread) > 0 && run.enabled(thread));
    if (ready.length === 0) return;
    const thread = ready[pick(ready.length)]!;
    const op = machine.pending(thread);
    const family = FAMILIES.get(codeOf(op));
    if (family !== undefined) note(cellOf(op) * 4, family);
    run.step(thread, run.choices(thread) === 1 ? 0 : pick(run.choices(thread)));
  }
}

const FAMILIES = new Map<number, string>([
  [Code.add, 'plain'],
  [Code.addToCount, 'count'],
  [Code.incNotZero, 'count'],
  [Code.decAndTest, 'count'],
  [Code.incAndTestZero, 'mapcount'],
  [Code.decAndTestNegative, 'mapcount'],
]);

it('every word that is added to is a plain counter, a reference count or a mapcount', () => {
  const families = new Map<string, Set<string>>();
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const scenario = parseScenario(stressProgram(spread(seed)), 'stress');
    familiesOf(subject(scenario, 'original'), spread(-seed), families);
  }
  expect([...families].filter(([, kinds]) => kinds.size > 1)).toEqual([]);
  expect(families.get('page._count')).toEqual(new Set(['count']));
  expect(families.get('page._mapcount')).toEqual(new Set(['mapcount']));
});

describe('the check itself', () => {
  /** Two threads of two steps over three words. */
  function twoThreads(body: (machine: Machine, words: number[], thread: number) => Steps): Subject {
    const machine = new Machine();
    const base = machine.arena.array(struct('word', ['value']), 3);
    machine.arena.seal();
    machine.save();
    const words = [0, 1, 2].map((i) => base + i * 8);
    const start = (): Run => {
      machine.restore();
      for (const thread of [0, 1]) machine.spawn(body(machine, words, thread));
      return Object.assign(Object.create(machine) as Machine, { outcome: () => '' });
    };
    return { machine, start };
  }

  function broken(body: Parameters<typeof twoThreads>[0]): string[] {
    const diamonds: Diamonds = { pairs: 0, broken: [] };
    for (let seed = 1; seed <= 8; seed++) {
      checkExecution(twoThreads(body), spread(seed), diamonds);
    }
    expect(diamonds.pairs).toBeGreaterThan(0);
    return diamonds.broken;
  }

  it('finds nothing where threads keep to words of their own', () => {
    const own = broken(function* (_machine, words, thread) {
      yield store(words[thread]!, 7);
      yield load(words[thread]!);
    });
    expect(own).toEqual([]);
  });

  it('finds a section that writes what it does not record', () => {
    const secret = broken(function* (machine, words, thread) {
      yield step(words[thread]!);
      machine.arena.mem[words[2]! >> 2] = thread;
      yield load(words[thread]!);
    });
    expect(secret).not.toEqual([]);
  });

  it('finds a section that reads what it does not record', () => {
    const secret = broken(function* (machine, words, thread) {
      if (thread === 0) yield store(words[2]!, 7);
      yield step(words[thread]!);
      const seen = machine.arena.mem[words[2]! >> 2]!;
      if (thread === 1) yield store(words[1]!, seen);
    });
    expect(secret).not.toEqual([]);
  });
});
