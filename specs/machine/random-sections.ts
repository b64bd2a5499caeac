/** Random small programs over a machine, whose tasks look at several words in one step. */
import fc from 'fast-check';
import type { Program, ReversibleRun } from '../../model/explorer/program';
import { Machine } from '../../model/machine/machine';
import { ReversibleMachine } from '../../model/machine/reversible-machine';
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

/** What is no access, so that it does not count for what commutes. */
const UNRECORDED = ['isBelow', 'report', 'see'] as const;

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
  /** A `mark` lets the task forget what it has seen. */
  readonly kind:
    (typeof WITHIN)[number] | (typeof UNRECORDED)[number] | (typeof YIELDED)[number] | 'mark';
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

/** Two or three tasks of up to three steps each. */
const tasksOf = (step: fc.Arbitrary<Instruction[]>): fc.Arbitrary<RandomSections> =>
  fc.array(
    fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.flat()),
    { minLength: 2, maxLength: 3 },
  );

export const randomSections = tasksOf(
  fc
    .tuple(of(YIELDED), fc.array(of(WITHIN), { maxLength: 3 }))
    .map(([first, rest]) => [first, ...rest]),
);

/** Programs that make every call of a machine. */
export const randomCalls = tasksOf(
  fc
    .tuple(fc.boolean(), of(YIELDED), fc.array(of([...WITHIN, ...UNRECORDED]), { maxLength: 3 }))
    .map(([forgets, first, rest]) => [
      ...(forgets ? [{ ...first, kind: 'mark' as const }] : []),
      first,
      ...rest,
    ]),
);

/** Two words of each kind: plain data, plain counters, reference counts, locks. */
const KINDS = 4;

/** The tasks of such a program over a machine, and what they have seen. */
class Sections {
  private readonly words: number;
  private seen: number[][] = [];

  constructor(
    readonly machine: Machine,
    private readonly threads: RandomSections,
  ) {
    this.words = machine.arena.array(struct('word', ['value']), KINDS * 2);
    machine.arena.seal();
    for (const word of [0, 1]) machine.arena.mem[this.address(2, word) >> 2] = 1;
    machine.save();
  }

  begin(): void {
    this.machine.restore();
    this.forgetSeen();
    this.threads.forEach((instructions, index) =>
      this.machine.spawnFrom(() => this.interpret(instructions, index)),
    );
  }

  forgetSeen(): void {
    this.seen = this.threads.map(() => []);
  }

  /** All words, all that each task has seen, and faults. */
  outcome(): string {
    const { arena, faults } = this.machine;
    return JSON.stringify([[...arena.mem.subarray(this.words >> 2)], this.seen, faults]);
  }

  private address(kind: number, word: number): number {
    return this.words + (kind * 2 + word) * 8;
  }

  private *interpret(instructions: readonly Instruction[], index: number): op.Steps {
    // A step changes a lock once at most.
    let changed = new Set<number>();
    let own: number[] = [];
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      if (instruction.kind === 'mark') {
        this.machine.mark(`${i}`);
        own = [];
        continue;
      }
      const within = isWithin(instruction);
      if (!within) changed = new Set();
      if (LOCKS.includes(instruction.kind)) {
        if (changed.has(instruction.word)) continue;
        changed.add(instruction.word);
      }
      const result = within ? this.within(instruction, own) : yield this.yielded(instruction);
      own.push(result);
      this.machine.note(() => this.seen[index]!.push(result));
      // Not over a yield: what follows one is a step of its own.
      for (let n = instruction.skip; n > 0 && result === 0; n--) {
        const next = instructions[i + 1];
        if (next !== undefined && isWithin(next)) i++;
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

  private within({ kind, word, value }: Instruction, own: readonly number[]): number {
    const { machine } = this;
    const [data, counter, count, lock] = [0, 1, 2, 3].map((each) => this.address(each, word));
    switch (kind) {
      case 'poke':
        machine.poke(data!, value);
        return 1;
      case 'pokeSeen':
        machine.poke(data!, own.reduce((sum, each) => sum + each, 0) & 3);
        return 1;
      case 'bump':
        machine.bump(counter!, value + 1);
        return 1;
      case 'bumpCount':
        machine.bumpCount(count!, value === 0 ? -1 : value);
        return 1;
      case 'take': {
        const free = machine.peek(lock!) === 0;
        if (free) machine.take(lock!);
        return free ? 1 : 0;
      }
      case 'release':
        machine.release(lock!);
        return 1;
      case 'isBelow':
        return machine.isBelow([data, counter, count][value]!, 1) ? 1 : 0;
      case 'see':
        return machine.see(() => machine.arena.mem.reduce((sum, each) => sum + each, 0));
      case 'report':
        machine.report({ kind: 'warning', where: '', what: `${value}` });
        return 1;
      default:
        return machine.peek([data, counter, count][value]!);
    }
  }
}

const isWithin = ({ kind }: Instruction): boolean =>
  ([...WITHIN, ...UNRECORDED] as readonly string[]).includes(kind);

export function buildSections(threads: RandomSections): Program {
  const sections = new Sections(new Machine(), threads);
  const run = Object.assign(sections.machine, {
    outcome: () => sections.outcome(),
    // Where a task is follows from what it has seen.
    stateKey: () => sections.outcome(),
  });
  const start = (): typeof run => {
    sections.begin();
    return run;
  };
  return { start, startKeyed: start };
}

/** The same on a machine that takes steps back. @param mostPlaces places that it keeps */
export function buildReversibleSections(
  threads: RandomSections,
  mostPlaces?: number,
): () => ReversibleRun {
  const machine = new ReversibleMachine((run) => run(), mostPlaces);
  const sections = new Sections(machine, threads);
  const run = Object.assign(machine, {
    outcome() {
      sections.forgetSeen();
      for (const effect of machine.effects) effect();
      return sections.outcome();
    },
  });
  return () => {
    sections.begin();
    return run;
  };
}
