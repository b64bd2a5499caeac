/** Programs as text, for state files, worker threads and people: what `titleOf` prints. */
import { BEGINNINGS, MOVES, type Move } from './moves';
import { isValid } from './shrink';
import { WITHOUT_DEBUG_VM, type HuntProgram, type Turn } from './program';

/** A text that is no program. */
export class ProgramTextError extends Error {
  readonly exitCode = 2;
}

/**
 * Reads `page written; P0 free; kernel reclaim; P0 write, read || kernel age`.
 *
 * @throws ProgramTextError in one line
 */
export function parseProgram(text: string): HuntProgram {
  const parts = text.split('; ');
  const kernel = parts[0] === WITHOUT_DEBUG_VM ? ({ withoutDebugVm: true } as const) : {};
  if (parts[0] === WITHOUT_DEBUG_VM) parts.shift();
  const head = parts.shift() ?? '';
  const beginning = BEGINNINGS.find(({ name }) => head === `page ${name}`);
  if (beginning === undefined) throw new ProgramTextError(`no page is '${head}' at the beginning`);
  const race = parts.at(-1)?.includes(' || ') === true ? parts.pop()! : undefined;
  const program = {
    ...kernel,
    beginning,
    first: parts.map(turn),
    strands: race === undefined ? [] : race.split(' || ').map(strand),
  };
  if (!isValid(program))
    throw new ProgramTextError(`'${text}' has a move that its actor cannot make there`);
  return program;
}

function strand(text: string): { actor: string; moves: Move[] } {
  const [, actor, moves] = /^(\S+) (.*)$/.exec(text) ?? [];
  if (actor === undefined || !/^(P[01]|kernel)$/.test(actor)) {
    throw new ProgramTextError(`expected P0, P1 or kernel and its moves, found '${text}'`);
  }
  return { actor: actor === 'kernel' ? '' : actor, moves: moves!.split(', ').map(moveOf) };
}

function turn(text: string): Turn {
  const { actor, moves } = strand(text);
  if (moves.length !== 1) throw new ProgramTextError(`expected one move, found '${text}'`);
  return { actor, move: moves[0]! };
}

function moveOf(name: string): Move {
  const move = MOVES.find((known) => known.name === name);
  if (move === undefined) throw new ProgramTextError(`no move is called '${name}'`);
  return move;
}
