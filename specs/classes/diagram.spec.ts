/** Decision diagrams, and conditions made of them, against plain tables. */
import fc from 'fast-check';
import { smallestCover } from '../../model/classes/cover-problem';
import { Diagrams, type Diagram, type Literal } from '../../model/classes/diagram';
import { primeImplicants } from '../../model/classes/prime-implicants';

const SWITCHES = 3;
const ROWS = 1 << SWITCHES;
const isOn = (row: number) => (level: number) => (row & (1 << level)) !== 0;

/** A table with a number for each row, as a diagram. */
function diagramOf(diagrams: Diagrams, table: readonly number[]): Diagram {
  return table.reduce((sum, value, row) => {
    const literals = Array.from({ length: SWITCHES }, (_, level) => ({
      level,
      on: isOn(row)(level),
    }));
    return diagrams.plus(sum, diagrams.times(diagrams.cube(literals), diagrams.constant(value)));
  }, diagrams.none);
}

const rowOf = (on: ReadonlySet<number>): number =>
  [...on].reduce((row, level) => row | (1 << level), 0);
const switchesBetween = (a: number, b: number): number =>
  [...Array(SWITCHES).keys()].filter((level) => isOn(a)(level) !== isOn(b)(level)).length;
const rows = [...Array(ROWS).keys()];
const tables = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: ROWS, maxLength: ROWS });
const sets = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: ROWS, maxLength: ROWS });

describe('a decision diagram', () => {
  it('refuses a cube that names a switch twice', () => {
    const twice = [true, true].map((on) => ({ level: 0, on }));
    expect(() => new Diagrams(SWITCHES).cube(twice)).toThrow('names a switch twice');
  });

  it('has the numbers of its table, is one object for one function, and survives storing', () => {
    fc.assert(
      fc.property(tables, tables, (a, b) => {
        const diagrams = new Diagrams(SWITCHES);
        const [f, g] = [diagramOf(diagrams, a), diagramOf(diagrams, b)];
        const sum = diagrams.plus(f, g);
        expect(rows.map((row) => diagrams.at(sum, isOn(row)))).toEqual(a.map((x, i) => x + b[i]!));
        expect(diagrams.plus(g, f)).toBe(sum);
        expect(diagrams.sum(f)).toBe(BigInt(a.reduce((x, y) => x + y)));
        const other = new Diagrams(SWITCHES);
        expect(other.load(diagrams.store(f))).toBe(diagramOf(other, a));
        expect(new Set(diagrams.values(f))).toEqual(new Set(a));
      }),
    );
  });

  it('picks a member of a set, and forgets a switch by taking in what differs in it only', () => {
    fc.assert(
      fc.property(sets, (table) => {
        fc.pre(table.includes(1));
        const diagrams = new Diagrams(SWITCHES);
        const set = diagramOf(diagrams, table);
        const picked = diagrams.pick(set);
        expect(diagrams.at(set, (level) => picked.has(level))).toBe(1);
        for (const row of rows) {
          const near = diagrams.nearest(set, isOn(row));
          expect(diagrams.at(set, (level) => near.has(level))).toBe(1);
          const members = rows.filter((each) => table[each] === 1);
          const nearest = Math.min(...members.map((each) => switchesBetween(each, row)));
          expect(switchesBetween(rowOf(near), row)).toBe(nearest);
        }
        const wider = diagrams.forget(set, [1]);
        expect(rows.map((row) => diagrams.at(wider, isOn(row)))).toEqual(
          rows.map((row) => table[row & ~2]! | table[row | 2]!),
        );
      }),
    );
  });
});

/** Every list of literals over the switches. */
const terms: Literal[][] = [...Array(3 ** SWITCHES).keys()].map((code) =>
  [...Array(SWITCHES).keys()].flatMap((level) => {
    const digit = Math.floor(code / 3 ** level) % 3;
    return digit === 2 ? [] : [{ level, on: digit === 1 }];
  }),
);
const has = (term: readonly Literal[], row: number): boolean =>
  term.every(({ level, on }) => isOn(row)(level) === on);

/** The fewest terms, then literals, by trying every choice of up to four. */
function smallestByTrying(table: readonly number[]): [number, number] {
  const inside = terms.filter((term) => rows.every((row) => !has(term, row) || table[row] === 1));
  const wanted = rows.filter((row) => table[row] === 1);
  const go = (left: readonly number[], depth: number): [number, number] => {
    if (left.length === 0) return [0, 0];
    if (depth === 0) return [Infinity, Infinity];
    return inside
      .filter((term) => has(term, left[0]!))
      .map((term): [number, number] => {
        const rest = left.filter((row) => !has(term, row));
        const [count, literals] = go(rest, depth - 1);
        return [count + 1, literals + term.length];
      })
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])[0]!;
  };
  return go(wanted, 4);
}

describe('the smallest cover by prime implicants', () => {
  it('says the same as the set, and no shorter condition does', () => {
    fc.assert(
      fc.property(sets, (table) => {
        const diagrams = new Diagrams(SWITCHES);
        const set = diagramOf(diagrams, table);
        const cover = smallestCover(diagrams, set, primeImplicants(diagrams, set));
        expect(rows.map((row) => (cover.some((term) => has(term, row)) ? 1 : 0))).toEqual(table);
        const literals = cover.reduce((sum, term) => sum + term.length, 0);
        expect([cover.length, literals]).toEqual(smallestByTrying(table));
      }),
    );
  });
});
