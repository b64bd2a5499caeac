/**
 * A race asks for something new when what follows it differs: a program in which one trace is lost
 * if each race is only looked at in the first execution that has it.
 */
import { explore } from '../../model/explorer/explore';
import { enumerate } from '../../model/explorer/naive';
import { Depends, Mode, type Program, type Run } from '../../model/explorer/program';

type Step = readonly ['read' | 'write' | 'add', cell: number, value: number];
type Body = () => Generator<Step, void, number>;

/** Like cells, but an addition is a write that tells the old value. */
function telling(bodies: readonly Body[]): Program {
  const start = (): Run => {
    const cells = [0, 0];
    const threads = bodies.map((body) => body());
    const next = threads.map((thread) => thread.next());
    const accesses = new Int32Array(1);
    const ended = (thread: number): boolean => next[thread].done === true;
    return {
      threadCount: bodies.length,
      accesses,
      accessCount: 1,
      spawned: -1,
      choices: (thread) => (ended(thread) ? 0 : 1),
      enabled: (thread) => !ended(thread),
      guard: () => -1,
      depends: () => Depends.nothing,
      outcome: () => cells.join(' '),
      step(thread) {
        const [kind, cell, value] = next[thread].value as Step;
        const old = cells[cell];
        if (kind !== 'read') cells[cell] = kind === 'add' ? old + value : value;
        accesses[0] = cell * 16 + (kind === 'read' ? Mode.read : Mode.write);
        next[thread] = threads[thread].next(old);
      },
    };
  };
  return { start };
}

it('no trace is lost where an earlier execution had the same race already', () => {
  const program = telling([
    function* () {
      if ((yield ['add', 1, 1]) % 2 === 0) return;
      yield ['read', 1, 0];
      yield ['write', 0, 0];
    },
    function* () {
      yield ['write', 1, 0];
      yield ['write', 0, 2];
    },
    function* () {
      yield ['write', 1, 2];
      yield ['add', 1, 1];
    },
    function* () {
      yield ['read', 1, 0];
      yield ['write', 0, 1];
    },
  ]);
  const { executions, blocked } = explore(program);
  expect({ executions, blocked }).toEqual({ executions: 210, blocked: 0 });
  expect(enumerate(program).traces.size).toBe(210);
});
