/**
 * What the machine records of an access decides which orders the explorer tries. Here every pair of
 * ops on one word is run in both orders from every small value: where the record says that they
 * commute, both orders must agree on all that a task can see.
 */
import { rangesDependent } from '../../model/explorer/dependence';
import { Machine } from '../../model/machine/machine';
import { struct } from '../../model/machine/struct';
import { OPS, VALUES } from './ops';

/**
 * Additions come in three families, by what is asked of the word: nothing (plain counters), whether it
 * is 0 (reference counts), whether it is negative (_mapcount). A word belongs to one of them; the
 * last spec says why.
 */
const FAMILY: Readonly<Record<string, number>> = {
  'add 1': 1,
  'add -1': 1,
  'addToCount 1': 2,
  'addToCount 2': 2,
  'addToCount -1': 2,
  incNotZero: 2,
  incAndTestZero: 3,
};
const isMisuse = (a: string, b: string): boolean =>
  FAMILY[a] !== undefined && FAMILY[b] !== undefined && FAMILY[a] !== FAMILY[b];

const machine = new Machine();
const word = machine.arena.array(struct('word', ['value']), 1);
machine.arena.seal();
machine.save();

/** Runs two one-step tasks, task `first` first; undefined where one has to wait. */
function inOrder(a: string, b: string, value: number, first: 0 | 1) {
  machine.restore();
  machine.arena.mem[word >> 2] = value;
  const saw: Record<number, number> = {};
  for (const [index, name] of [a, b].entries()) {
    machine.spawn(
      (function* () {
        saw[index] = yield OPS[name]!(word);
      })(),
    );
  }
  const touched: number[][] = [];
  for (const index of [first, 1 - first]) {
    if (!machine.enabled(index)) return undefined;
    machine.step(index, 0);
    touched[index] = [...machine.accesses.subarray(0, machine.accessCount)];
  }
  return { saw, touched, end: machine.arena.mem[word >> 2]! };
}

function independent([a, b]: number[][]): boolean {
  return !rangesDependent(Int32Array.from(a!), 0, a!.length, Int32Array.from(b!), 0, b!.length);
}

/** Values from which the pair is recorded as independent and yet the order can be told. */
function lost(a: string, b: string): number[] {
  return VALUES.filter((value) => {
    // Who drops a lock for reading has it: it was shared before the other task came.
    if (value < 1 && [a, b].includes('readUnlock')) return false;
    const there = inOrder(a, b, value, 0);
    if (there === undefined || !independent(there.touched)) return false;
    return JSON.stringify(inOrder(a, b, value, 1)) !== JSON.stringify(there);
  });
}

const names = Object.keys(OPS);
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));

describe('ops on one word', () => {
  it.each(names)('%s commutes with whatever the record says it commutes with', (a) => {
    const wrong = names
      .filter((b) => !isMisuse(a, b))
      .map((b) => ({ b, values: lost(a, b) }))
      .filter(({ values }) => values.length > 0);
    expect(wrong).toEqual([]);
  });

  it('commute at all: references taken side by side, by whatever op, are no race', () => {
    const taking = ['addToCount 1', 'incNotZero'] as const;
    const racing = taking.flatMap((a) =>
      taking.filter((b) => !independent(inOrder(a, b, 1, 0)!.touched)).map((b) => [a, b]),
    );
    expect(racing).toEqual([]);
    expect(independent(inOrder('incAndTestZero', 'incAndTestZero', 0, 0)!.touched)).toBe(true);
  });

  it('lose an order if two families meet in one word', () => {
    const misused = pairs.filter(([a, b]) => isMisuse(a, b) && lost(a, b).length > 0);
    expect(misused).toContainEqual(['add 1', 'incNotZero']);
    expect(misused).toContainEqual(['incNotZero', 'add -1']);
  });
});
