/** Accesses that are said to commute do: both orders leave the same word and see the same values. */
import { conflicting, dependent } from '../../model/explorer/dependence';
import { Mode } from '../../model/explorer/program';

/** A word's next value and what the access sees; undefined where the access has another mode then. */
type Effect = (word: number) => { word: number; seen: number } | undefined;

const take = (free: (word: number) => boolean, to: (word: number) => number): Effect => {
  return (word) => (free(word) ? { word: to(word), seen: 0 } : undefined);
};
const EFFECTS: Record<keyof typeof Mode, Effect> = {
  read: (word) => ({ word, seen: word }),
  write: (word) => ({ word: 7, seen: word }),
  add: (word) => ({ word: word + 2, seen: 0 }),
  lock: take(
    (word) => word === 0,
    () => -1,
  ),
  unlock: take(
    (word) => word === -1,
    () => 0,
  ),
  readLock: take(
    (word) => word >= 0,
    (word) => word + 1,
  ),
  readUnlock: take(
    (word) => word > 0,
    (word) => word - 1,
  ),
  tryLock: take(
    (word) => word === 0,
    () => -1,
  ),
  readTryLock: take(
    (word) => word >= 0,
    (word) => word + 1,
  ),
  await: take(
    (word) => word >= 0,
    (word) => word,
  ),
};
const names = Object.keys(Mode) as (keyof typeof Mode)[];
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));

/** Both accesses, b after a: the final word and what each sees. */
function inOrder(a: Effect, b: Effect, word: number) {
  const first = a(word);
  const second = first && b(first.word);
  return first && second && { word: second.word, seen: [first.seen, second.seen] };
}

/** Words that a lock (or a counter) can hold. */
const WORDS = [-1, 0, 1, 2, 3, 7];

describe('explorer > dependence', () => {
  it.each(pairs.filter(([a, b]) => !conflicting(Mode[a], Mode[b])))(
    '%s and %s commute wherever the second can come first too',
    (a, b) => {
      let met = 0;
      for (const word of WORDS) {
        const forth = inOrder(EFFECTS[a], EFFECTS[b], word);
        // Who drops a lock holds it, so that it is not free before.
        if (forth === undefined || EFFECTS[b](word) === undefined) continue;
        const back = inOrder(EFFECTS[b], EFFECTS[a], word)!;
        met++;
        expect({ word: back.word, seen: [...back.seen].reverse() }).toEqual(forth);
      }
      expect(met).toBeGreaterThan(0);
    },
  );

  it('a write conflicts with everything on its object', () => {
    for (const name of names) expect(conflicting(Mode.write, Mode[name])).toBe(true);
  });

  it('is symmetric', () => {
    for (const [a, b] of pairs) {
      expect(conflicting(Mode[a], Mode[b])).toBe(conflicting(Mode[b], Mode[a]));
    }
  });

  it('holds between accesses of the same object only', () => {
    expect(dependent(3 * 16 + Mode.write, 3 * 16 + Mode.read)).toBe(true);
    expect(dependent(3 * 16 + Mode.write, 4 * 16 + Mode.read)).toBe(false);
  });
});
