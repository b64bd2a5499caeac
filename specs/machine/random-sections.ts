/** Random small programs over a machine, whose tasks look at several words in one step. */
import fc from 'fast-check';
import type { KeyedRun, Program, Run } from '../../model/explorer/program';
import { Machine } from '../../model/machine/machine';
import * as op from '../../model/machine/op';
import { struct } from '../../model/machine/struct';

/** What a task does between two yields; where it sees 0 the next `skip` ones are passed over. */
const WITHIN = [
  'peek',
  'peek',
  'poke',
  'pokeSeen',
  'bump',
  'bumpCount',
  'take',
  'release',
] as const;
/** What a task yields; what it does then until the next one is part of the same step. */
const YIELDED = [
  ...(['step', 'step', 'step', 'load', 'store', 'testAndSet', 'incNotZero', 'decAndTest'] as const),
  ...([
    'addToCount',
    'add',
    'lock',
    'unlock',
    'trylock',
    'readLock',
    'readTrylock',
    'choose',
  ] as const),
];

const LOCKS = [
  'take',
  'release',
  'lock',
  'unlock',
  'trylock',
  'readLock',
  'readTrylock',
] as string[];

interface Instruction {
  readonly kind: (typeof WITHIN)[number] | (typeof YIELDED)[number];
  readonly word: number;
  readonly value: number;
  readonly skip: number;
}

export type RandomSections = readonly (readonly Instruction[])[];

const of = (kinds: readonly Instruction['kind'][]): fc.Arbitrary<Instruction> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    word: fc.nat(1),
    value: fc.nat(2),
    skip: fc.nat(2),
  });

const stepOfTask = fc
  .tuple(of(YIELDED), fc.array(of(WITHIN), { maxLength: 3 }))
  .map(([first, rest]) => [first, ...rest]);

/** Two or three tasks of up to three steps each. */
export const randomSections: fc.Arbitrary<RandomSections> = fc.array(
  fc.array(stepOfTask, { minLength: 1, maxLength: 3 }).map((steps) => steps.flat()),
  { minLength: 2, maxLength: 3 },
);

/** Two words of each kind: plain data, plain counters, reference counts, locks. */
const KINDS = 4;

class SectionsRun extends Machine implements Run, KeyedRun {
  private readonly words: number;
  private seen: number[][] = [];

  constructor(private readonly threads: RandomSections) {
    super();
    this.words = this.arena.array(struct('word', ['value']), KINDS * 2);
    this.arena.seal();
    for (const word of [0, 1]) this.arena.mem[this.address(2, word) >> 2] = 1;
    this.save();
  }

  begin(): this {
    this.restore();
    this.seen = this.threads.map(() => []);
    this.threads.forEach((instructions, index) => this.spawn(this.interpret(instructions, index)));
    return this;
  }

  /** All words, and all that each task has seen. */
  outcome(): string {
    return JSON.stringify([[...this.arena.mem], this.seen]);
  }

  /** Where a task is follows from what it has seen. */
  stateKey(): string {
    return this.outcome();
  }

  private address(kind: number, word: number): number {
    return this.words + (kind * 2 + word) * 8;
  }

  private *interpret(instructions: readonly Instruction[], index: number): op.Steps {
    // A step changes a lock once at most.
    let changed = new Set<number>();
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      const within = (WITHIN as readonly string[]).includes(instruction.kind);
      if (!within) changed = new Set();
      if (LOCKS.includes(instruction.kind)) {
        if (changed.has(instruction.word)) continue;
        changed.add(instruction.word);
      }
      const result = within ? this.within(instruction, index) : yield this.yielded(instruction);
      this.seen[index]!.push(result);
      // Not over a yield: what follows one is a step of its own.
      for (let n = instruction.skip; n > 0 && result === 0; n--) {
        const next = instructions[i + 1];
        if (next !== undefined && (WITHIN as readonly string[]).includes(next.kind)) i++;
      }
    }
  }

  private yielded({ kind, word, value }: Instruction): op.Op {
    const [data, counter, count, lock] = [0, 1, 2, 3].map((each) => this.address(each, word));
    switch (kind) {
      case 'load':
        return op.load(data!);
      case 'store':
        return op.store(data!, value);
      case 'testAndSet':
        return op.testAndSet(data!);
      case 'incNotZero':
        return op.incNotZero(count!);
      case 'decAndTest':
        return op.decAndTest(count!);
      case 'addToCount':
        return op.addToCount(count!, value === 0 ? -1 : value);
      case 'add':
        return op.add(counter!, value);
      case 'lock':
        return op.lock(lock!);
      case 'unlock':
        return op.unlock(lock!);
      case 'trylock':
        return op.trylock(lock!);
      case 'readLock':
        return op.readLock(lock!);
      case 'readTrylock':
        return op.readTrylock(lock!);
      case 'choose':
        return op.choose(2);
      default:
        return op.step(data!);
    }
  }

  private within({ kind, word, value }: Instruction, index: number): number {
    const [data, counter, count, lock] = [0, 1, 2, 3].map((each) => this.address(each, word));
    switch (kind) {
      case 'poke':
        this.poke(data!, value);
        return 1;
      case 'pokeSeen':
        this.poke(data!, this.seen[index]!.reduce((sum, each) => sum + each, 0) & 3);
        return 1;
      case 'bump':
        this.bump(counter!, value + 1);
        return 1;
      case 'bumpCount':
        this.bumpCount(count!, value === 0 ? -1 : value);
        return 1;
      case 'take': {
        const free = this.peek(lock!) === 0;
        if (free) this.take(lock!);
        return free ? 1 : 0;
      }
      case 'release':
        this.release(lock!);
        return 1;
      default:
        return this.peek([data, counter, count][value]!);
    }
  }
}

export function buildSections(threads: RandomSections): Program {
  const run = new SectionsRun(threads);
  return { start: () => run.begin(), startKeyed: () => run.begin() };
}
