/** Programs of the hunt, and the scenarios that they stand for. */
import type { Action, Actor, Operation, Scenario, Thread } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';
import type { Beginning, Move } from './moves';

/** A move by somebody: `P0`, `P1`, or '' for the kernel. */
export interface Turn {
  readonly actor: string;
  readonly move: Move;
}

/** Moves one after the other, then strands of moves that run at the same time. */
export interface HuntProgram {
  /** Whether the kernel has no CONFIG_DEBUG_VM, so that what it looks for goes unnoticed. */
  readonly withoutDebugVm?: true;
  readonly beginning: Beginning;
  readonly first: readonly Turn[];
  /** Each by one actor; none in a sequential program. */
  readonly strands: readonly { readonly actor: string; readonly moves: readonly Move[] }[];
}

/** How many moves a program has. */
export const sizeOf = ({ first, strands }: HuntProgram): number =>
  first.length + strands.reduce((sum, { moves }) => sum + moves.length, 0);

/** What the line of a program begins with that runs on such a kernel. */
export const WITHOUT_DEBUG_VM = 'without CONFIG_DEBUG_VM';

/** The program on one line. */
export function titleOf({ withoutDebugVm, beginning, first, strands }: HuntProgram): string {
  const words = (actor: string, moves: readonly Move[]): string =>
    `${actor || 'kernel'} ${moves.map(({ name }) => name).join(', ')}`;
  const turns = first.map(({ actor, move }) => words(actor, [move]));
  const race = strands.map(({ actor, moves }) => words(actor, moves)).join(' || ');
  const kernel = withoutDebugVm === true ? [WITHOUT_DEBUG_VM] : [];
  return [...kernel, `page ${beginning.name}`, ...turns, ...(race === '' ? [] : [race])].join('; ');
}

/** Processes that there are at the end. */
export function processesOf({ beginning, first, strands }: HuntProgram): string[] {
  const moves = [...first.map(({ move }) => move), ...strands.flatMap((strand) => strand.moves)];
  const forks = moves.some(({ name }) => name === 'fork');
  return [...new Set([...beginning.processes, ...(forks ? ['P1'] : [])])];
}

const KERNEL: Actor = { name: 'kworker' };
const actorOf = (name: string): Actor =>
  /^P\d/.test(name) ? { name, process: name.split('/')[0]! } : { ...KERNEL, name };

/** Gives every write a value and every pin a name of its own. */
class Writer {
  private value = 1;
  private handle = 0;

  operations({ lines }: Move, actor: string): Operation[] {
    const handle = lines.some((line) => line.includes('$h')) ? `h${++this.handle}` : '';
    return lines.map((line) => {
      const text = line
        .replaceAll('$h', handle)
        .replaceAll('$p', actor || 'P0')
        .replaceAll('$v', () => String(++this.value));
      return parseOperation(text);
    });
  }
}

const action = (line: string): Action => {
  const [actor, operation] = line.split(/: (.*)/) as [string, string];
  return { actor: actorOf(actor), operation: parseOperation(operation) };
};

const SWEEP = [
  'drain-all',
  'reclaim active',
  'reclaim inactive',
  'writeback ok',
  'reclaim inactive',
];
const byKernel = (lines: readonly string[]): string[] => lines.map((line) => `kworker: ${line}`);

/**
 * What follows every program: memory pressure, reads of all that can be read, the end of all
 * processes, pressure again; and an audit between.
 */
function epilogue(program: HuntProgram): string[] {
  const processes = processesOf(program);
  const { areas, huge } = program.beginning;
  const each = (line: (process: string, area: string) => string): string[] =>
    processes.flatMap((process) => areas.map((area) => line(process, area)));
  return [
    'kworker: first_audit = audit',
    ...(huge
      ? byKernel([...SWEEP, ...SWEEP])
      : each(
          (process, area) =>
            `kworker: gone_${process}_${area} = reclaim-until-gone ${process}:${area}`,
        )),
    ...each((process, area) => `${process}: end_${process}_${area} = read ${area}`),
    'kworker: second_audit = audit',
    ...processes.map((process) => `${process}: exit`),
    ...byKernel([...SWEEP, 'last_audit = audit']),
  ];
}

/** The scenario of a program. Sequential turns stand in `after` where nothing runs at the same time. */
export function toScenario(program: HuntProgram, name = 'hunt'): Scenario {
  const writer = new Writer();
  const setup = program.beginning.setup.map(action);
  const first = program.first.flatMap(({ actor, move }) =>
    writer
      .operations(move, actor)
      .map((operation) => ({ actor: actorOf(actor || 'kworker'), operation })),
  );
  const threads = program.strands.map(({ actor, moves }, i): Thread => ({
    actor: actorOf(actor === '' ? `k${i}` : `${actor}/T${i}`),
    operations: moves.flatMap((move) => writer.operations(move, actor)),
  }));
  const concurrent = threads.length > 0;
  const after = epilogue(program).map(action);
  return {
    name,
    title: titleOf(program),
    source: 'found by the hunt',
    options: {
      nodes: 2,
      frames: FRAMES,
      ...(program.withoutDebugVm === true && { CONFIG_DEBUG_VM: false }),
    },
    setup: concurrent ? [...setup, ...first] : setup,
    threads,
    after: concurrent ? after : [...first, ...after],
    expect: [],
  };
}

/** Enough on each of the two nodes that no program runs out of memory. */
const FRAMES = 48;
