/** Makes a program that breaks a promise as small as it goes, still breaking it the same way. */
import { actorsAtEnd } from './actors';
import { BEGINNINGS } from './moves';
import type { HuntProgram } from './program';

/** Programs that are a little simpler than this one, the simplest ideas first. */
export function* simpler(program: HuntProgram): Generator<HuntProgram> {
  const { first, strands, beginning } = program;
  for (const [i] of first.entries()) {
    yield { ...program, first: first.filter((_, k) => k !== i) };
  }
  for (const [s, strand] of strands.entries()) {
    for (const [i] of strand.moves.entries()) {
      const moves = strand.moves.filter((_, k) => k !== i);
      const others = strands.filter((_, k) => k !== s);
      yield { ...program, strands: moves.length > 0 ? [...others, { ...strand, moves }] : others };
    }
  }
  yield* inSequence(program);
  for (const other of BEGINNINGS.slice(0, BEGINNINGS.indexOf(beginning))) {
    yield { ...program, beginning: other };
  }
}

/** The strands one after the other, in either order. */
function* inSequence(program: HuntProgram): Generator<HuntProgram> {
  const { first, strands } = program;
  if (strands.length === 0) return;
  for (const order of [strands, [...strands].reverse()]) {
    const turns = order.flatMap(({ actor, moves }) => moves.map((move) => ({ actor, move })));
    yield { ...program, first: [...first, ...turns], strands: [] };
  }
}

/** Whether everybody can do what he does, and one strand alone is written as a sequence. */
export const isValid = (program: HuntProgram): boolean =>
  program.strands.length !== 1 && actorsAtEnd(program) !== undefined;

/** @param fails whether a program breaks the promise in the same way */
export function shrink(
  program: HuntProgram,
  fails: (candidate: HuntProgram) => boolean,
): HuntProgram {
  for (const candidate of simpler(program)) {
    const whole = normal(candidate);
    if (isValid(whole) && fails(whole)) return shrink(whole, fails);
  }
  return program;
}

/** A race of one strand is none. */
export function normal(program: HuntProgram): HuntProgram {
  return program.strands.length === 1 ? [...inSequence(program)][0]! : program;
}
