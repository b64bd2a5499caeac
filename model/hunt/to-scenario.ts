/** The scenarios that programs of the hunt stand for. */
import type { Action, Actor, Operation, Scenario, Thread } from '../scenario/ast';
import { parseOperation } from '../scenario/operation-syntax';
import { processesOf } from './actors';
import type { Move } from './moves';
import { titleOf, type HuntProgram } from './program';

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
  const { areas, byLists } = program.beginning;
  const each = (line: (process: string, area: string) => string): string[] =>
    processes.flatMap((process) => areas.map((area) => line(process, area)));
  return [
    'kworker: first_audit = audit',
    ...(byLists
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
