/** Random small programs over cells: what the explorer and its oracle are compared on. */
import fc from 'fast-check';
import {
  add,
  awaitFree,
  cas,
  cellProgram,
  choose,
  lock,
  read,
  readLock,
  readTrylock,
  readUnlock,
  spawn,
  trylock,
  unlock,
  write,
  type CellOptions,
  type ThreadBody,
} from '../../model/explorer/cells';
import type { CellDescription } from '../../model/explorer/cell-machine';
import type { Program } from '../../model/explorer/program';
import { ReversibleCells } from '../../model/explorer/reversible-cells';

/** One instruction; where its result is 0 (or the choice 1) the next `skip` ones are passed over. */
export interface Instruction {
  readonly kind: (typeof KINDS)[number];
  readonly cell: number;
  readonly value: number;
  readonly skip: number;
}

export interface RandomProgram {
  readonly threads: readonly (readonly Instruction[])[];
  readonly spawnable: readonly (readonly Instruction[])[];
  /** Body b of the spawnable ones can be started by thread b modulo this. */
  readonly creators: number;
  readonly commutingAdds: boolean;
  readonly coarseTrylock: boolean;
}

const KINDS = [
  'read',
  'read',
  'write',
  'writeSeen',
  'cas',
  'add',
  'lock',
  'unlock',
  'trylock',
  'readLock',
  'readUnlock',
  'readTrylock',
  'await',
  'open',
  'awaitGate',
  'choose',
  'spawn',
] as const;

/** Cells: data, exclusive or shared locks, gates (locks that are held from the start). */
const DATA = 0;
const LOCKS = 2;
const GATES = 4;
const CELLS = 6;

function programOf(
  kinds: readonly Instruction['kind'][],
  bodies = { minLength: 0, maxLength: 2 },
  creators = 1,
  threads = { minLength: 2, maxLength: 3, steps: 5 },
): fc.Arbitrary<RandomProgram> {
  const instruction: fc.Arbitrary<Instruction> = fc.record({
    kind: fc.constantFrom(...kinds),
    cell: fc.nat(1),
    value: fc.nat(2),
    skip: fc.nat(2),
  });
  return fc.record({
    threads: fc.array(fc.array(instruction, { minLength: 1, maxLength: threads.steps }), threads),
    spawnable: fc.array(fc.array(instruction, { minLength: 1, maxLength: 3 }), bodies),
    creators: fc.constant(creators),
    commutingAdds: fc.boolean(),
    coarseTrylock: fc.boolean(),
  });
}

export const randomProgram = programOf(KINDS);

/** Programs of more threads, which do less. */
export const crowdedProgram = programOf(KINDS, { minLength: 0, maxLength: 0 }, 1, {
  minLength: 4,
  maxLength: 5,
  steps: 3,
});

/** Six threads that meet on two cells: much is asked of the same states, and by many. */
export const meetingProgram = programOf(
  ['read', 'read', 'write', 'cas'],
  { minLength: 0, maxLength: 0 },
  1,
  { minLength: 6, maxLength: 6, steps: 2 },
);

/** Programs none of whose steps depends on what others do, in what it touches. */
export const steadyProgram = programOf(
  KINDS.filter((kind) => !/cas|trylock|Trylock|open/.test(kind)),
);

/** Programs that create threads: one of theirs does, or two. */
export const creatingProgram = (creators: 1 | 2): fc.Arbitrary<RandomProgram> =>
  programOf(
    ['read', 'write', 'writeSeen', 'trylock', 'trylock', 'choose', 'spawn', 'spawn', 'spawn'],
    { minLength: 2, maxLength: 3 },
    creators,
  );

/** The program with an outcome that tells the cells only. */
export const buildPlain = (random: RandomProgram): Program =>
  programOver(described(random, [], {}));

/** The same, of whose runs that take steps back hardly any local state is kept. */
export function buildForgetful(random: RandomProgram): Program {
  const description = described(random, [], {});
  return {
    ...programOver(description),
    startReversible: () => new ReversibleCells(description, 4).restart(),
  };
}

const programOver = ({ cells, threads, options }: CellDescription): Program =>
  cellProgram(cells, threads, options);

/** The program: its outcome tells the cells and everything that each thread has seen. */
export function build(random: RandomProgram): Program {
  const seen: number[][] = [];
  const all = random.threads.length + random.spawnable.length;
  const outcome = (cells: Int32Array): string =>
    `${cells.join(' ')} / ${seen.map((values) => values.join(' ')).join(' / ')}`;
  const program = programOver(described(random, seen, { outcome }));
  return {
    ...program,
    start() {
      seen.length = 0;
      for (let i = 0; i < all; i++) seen[i] = [];
      return program.start();
    },
  };
}

/** @param seen what each thread has seen, kept here */
function described(random: RandomProgram, seen: number[][], more: CellOptions): CellDescription {
  const { threads, spawnable, creators, commutingAdds, coarseTrylock } = random;
  const body = (instructions: readonly Instruction[]): ThreadBody =>
    function* (index) {
      const values: number[] = (seen[index] = []);
      const own = spawnable.map((_, b) => b % creators === index);
      yield* interpret(instructions, values, own);
    };
  const initial = new Array<number>(CELLS).fill(0).fill(-1, GATES);
  const options = {
    ...more,
    spawnable: spawnable.map(body),
    commutingAdds,
    coarseTrylock,
    initial,
  };
  return { cells: CELLS, threads: threads.map(body), options };
}

function* interpret(
  instructions: readonly Instruction[],
  seen: number[],
  /** Which of the spawnable bodies it may start. */
  creates: readonly boolean[],
): Generator<number, void, number> {
  const held = new Map<number, 'exclusive' | 'shared'>();
  const started = new Set<number>();
  for (let i = 0; i < instructions.length; i++) {
    const { kind, cell, value, skip } = instructions[i]!;
    const m = value === 2 ? GATES + cell : LOCKS + cell;
    const shared = LOCKS + cell;
    let result = 1;
    switch (kind) {
      case 'read':
        seen.push((result = yield read(DATA + cell)));
        break;
      case 'write':
        yield write(DATA + cell, value);
        break;
      case 'writeSeen':
        yield write(DATA + cell, ((seen[seen.length - 1] ?? 0) + 1) & 15);
        break;
      case 'cas':
        seen.push((result = (yield cas(DATA + cell, value, value + 1)) === value ? 1 : 0));
        break;
      case 'add':
        yield add(DATA + cell, value + 1);
        break;
      case 'lock':
        if (held.has(m)) break;
        yield lock(m);
        held.set(m, 'exclusive');
        break;
      case 'unlock':
        if (held.get(m) !== 'exclusive') break;
        yield unlock(m);
        held.delete(m);
        break;
      case 'trylock':
        seen.push((result = yield trylock(m)));
        if (result === 1) held.set(m, 'exclusive');
        break;
      case 'readLock':
        if (held.has(shared)) break;
        yield readLock(shared);
        held.set(shared, 'shared');
        break;
      case 'readTrylock':
        if (held.has(shared)) break;
        seen.push((result = yield readTrylock(shared)));
        if (result === 1) held.set(shared, 'shared');
        break;
      case 'readUnlock':
        if (held.get(shared) !== 'shared') break;
        yield readUnlock(shared);
        held.delete(shared);
        break;
      case 'await':
        if (held.has(m)) break;
        yield awaitFree(m);
        break;
      case 'open':
        yield unlock(GATES + cell);
        break;
      case 'awaitGate':
        yield awaitFree(GATES + cell);
        break;
      case 'choose':
        seen.push((result = yield choose(2)));
        break;
      case 'spawn':
        if (creates[value] !== true || started.has(value)) break;
        started.add(value);
        yield spawn(value);
        break;
    }
    if (result === 0) i += skip;
  }
}
