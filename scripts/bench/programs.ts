/** The benchmark programs with known numbers of traces, as published and as given by hand. */
import {
  add,
  awaitFree,
  cas,
  cellProgram,
  lock,
  mark,
  read,
  readLock,
  readUnlock,
  trylock,
  unlock,
  write,
  type CellOptions,
  type ThreadBody,
} from '../../model/explorer/cells';
import type { Program } from '../../model/explorer/program';

const many = (n: number, body: (i: number) => ThreadBody): ThreadBody[] =>
  Array.from({ length: n }, (_, i) => body(i));

/** One writer of x, n readers. */
export const readers = (n: number): Program =>
  cellProgram(1, [
    function* () {
      yield write(0, 42);
    },
    ...many(
      n,
      () =>
        function* () {
          yield read(0);
        },
    ),
  ]);

export const lastzero = (n: number): Program =>
  cellProgram(n + 1, [
    function* () {
      let i = n;
      while (i > 0 && (yield read(i)) !== 0) i--;
    },
    ...many(
      n,
      (k) =>
        function* () {
          const v = yield read(k);
          yield write(k + 1, v + 1);
        },
    ),
  ]);

export const indexer = (n: number): Program =>
  cellProgram(
    128,
    many(
      n,
      (tid) =>
        function* () {
          for (let m = 1; m <= 4; m++) {
            const w = 11 * m + tid;
            let h = (7 * w) % 128;
            while ((yield cas(h, 0, w)) !== 0) h = (h + 1) % 128;
          }
        },
    ),
  );

export function filesystem(n: number): Program {
  const [li, inode, lb, busy] = [0, 32, 64, 90];
  return cellProgram(
    116,
    many(
      n,
      (tid) =>
        function* () {
          const i = tid % 32;
          yield lock(li + i);
          if ((yield read(inode + i)) === 0) {
            let b = (2 * i) % 26;
            for (;;) {
              yield lock(lb + b);
              if ((yield read(busy + b)) === 0) {
                yield write(busy + b, 1);
                yield write(inode + i, b + 1);
                yield unlock(lb + b);
                break;
              }
              yield unlock(lb + b);
              b = (b + 1) % 26;
            }
          }
          yield unlock(li + i);
        },
    ),
  );
}

export const adders = (n: number, cells: number): Program =>
  cellProgram(
    cells,
    many(
      n,
      () =>
        function* () {
          for (let c = 0; c < cells; c++) yield add(c, 1);
        },
    ),
  );

export const ninc = (n: number): Program =>
  cellProgram(
    1,
    many(
      n,
      () =>
        function* () {
          const v = yield read(0);
          yield write(0, v + 1);
        },
    ),
  );

export const casrot = (n: number): Program =>
  cellProgram(
    1,
    many(
      n,
      (i) =>
        function* () {
          yield cas(0, i, i + 1);
        },
    ),
  );

export const casw = (n: number): Program =>
  cellProgram(
    1,
    many(
      n,
      (i) =>
        function* () {
          yield cas(0, 0, 1);
          yield write(0, i + 3);
        },
    ),
  );

export function fib(k: number): Program {
  const half = (own: number): ThreadBody =>
    function* () {
      for (let n = 0; n < k; n++) {
        const a = yield read(0);
        const b = yield read(1);
        yield write(own, (a + b) & 0x1fff);
      }
    };
  return cellProgram(2, [
    half(0),
    half(1),
    function* () {
      yield read(0);
      yield read(1);
    },
  ]);
}

export const controlFlow = (n: number): Program =>
  cellProgram(3, [
    ...many(
      n,
      () =>
        function* () {
          yield read(0);
        },
    ),
    ...many(
      n,
      () =>
        function* () {
          yield write(1, 1);
        },
    ),
    function* () {
      if ((yield read(1)) === 0) yield write(2, 1);
    },
    function* () {
      if ((yield read(2)) === 1 && (yield read(1)) === 0) yield write(0, 1);
    },
  ]);

export const trylocks = (n: number, options: CellOptions = {}): Program =>
  cellProgram(
    2 + n,
    many(
      n,
      (i) =>
        function* () {
          if (yield trylock(0)) {
            const v = yield read(1);
            yield write(1, v + 1);
            yield unlock(0);
          } else {
            yield write(2 + i, 1);
          }
        },
    ),
    options,
  );

export const orderedLocks = (n: number): Program =>
  cellProgram(
    2 * n,
    many(
      n,
      (i) =>
        function* () {
          const a = Math.min(i, (i + 1) % n);
          const b = Math.max(i, (i + 1) % n);
          yield lock(a);
          yield lock(b);
          for (const c of [a, b]) {
            const v = yield read(n + c);
            yield write(n + c, v + 1);
          }
          yield unlock(b);
          yield unlock(a);
        },
    ),
  );

export const philosophers = (n: number): Program =>
  cellProgram(
    n,
    many(
      n,
      (i) =>
        function* () {
          yield lock(i);
          yield lock((i + 1) % n);
          yield unlock((i + 1) % n);
          yield unlock(i);
        },
    ),
  );

export const wcas = (n: number): Program =>
  cellProgram(1, [
    function* () {
      yield write(0, 1);
      yield write(0, 2);
    },
    ...many(
      n,
      (i) =>
        function* () {
          yield cas(0, 1, 10 + i);
        },
    ),
  ]);

/** A toy of the swap-cache protocol, for counting. */
export function swaprace(
  variant: 'original' | 'fixed',
  pages: number,
  options: CellOptions = {},
): Program {
  const [page, ptl, sc, unmapped, wb, dirty, map, pte] = [0, 1, 2, 3, 4, 5, 6, 7].map(
    (c) => c * pages,
  );
  const each = (body: (p: number) => Generator<number, void, number>): ThreadBody =>
    function* () {
      for (let p = 0; p < pages; p++) {
        yield mark(p);
        yield* body(p);
      }
    };
  const free = each(function* (p) {
    if (yield trylock(page! + p)) {
      yield unlock(page! + p);
      return;
    }
    if (variant === 'fixed') return;
    if ((yield read(sc! + p)) === 0) return;
    if ((yield read(unmapped! + p)) === 0) return;
    if (!(yield trylock(page! + p))) return;
    if ((yield read(wb! + p)) === 0 && (yield read(map! + p)) === 0) {
      yield write(sc! + p, 0);
      yield write(dirty! + p, 1);
    }
    yield unlock(page! + p);
  });
  const reclaim = each(function* (p) {
    yield lock(page! + p);
    yield write(sc! + p, 1);
    yield lock(ptl! + p);
    if ((yield read(pte! + p)) === 0) {
      yield write(map! + p, 1);
      yield write(pte! + p, 1);
      yield write(unmapped! + p, 1);
    }
    yield unlock(ptl! + p);
    yield unlock(page! + p);
  });
  const discard = each(function* (p) {
    yield lock(ptl! + p);
    const q = yield read(pte! + p);
    if (q === 0) {
      yield write(pte! + p, 2);
      yield write(unmapped! + p, 1);
    } else if (q === 1) {
      yield write(pte! + p, 2);
      const n = (yield read(map! + p)) - 1;
      yield write(map! + p, n);
      if (n === 0 && (yield read(sc! + p)) === 1 && (yield trylock(page! + p))) {
        if ((yield read(wb! + p)) === 0) {
          yield write(sc! + p, 0);
          yield write(dirty! + p, 1);
        }
        yield unlock(page! + p);
      }
    }
    yield unlock(ptl! + p);
  });
  return cellProgram(8 * pages, [free, reclaim, discard], options);
}

/**
 * Two readers of a lock, each of which keeps it until the other has it too, and a writer: no single
 * acquisition keeps the writer out, only both together.
 */
export function mutualReaders(): Program {
  const [rw, one, other] = [0, 1, 2];
  const reader = (own: number, awaited: number): ThreadBody =>
    function* () {
      yield readLock(rw);
      yield unlock(own);
      yield awaitFree(awaited);
      yield readUnlock(rw);
    };
  return cellProgram(
    3,
    [
      function* () {
        yield lock(rw);
        yield unlock(rw);
      },
      reader(one, other),
      reader(other, one),
    ],
    { initial: [0, -1, -1] },
  );
}
