/** Programs of the hunt. */
import type { Beginning, Move } from './moves';

/** A move by somebody: `P0`, `P1`, or '' for the kernel. */
export interface Turn {
  readonly actor: string;
  readonly move: Move;
}

/** Moves of one actor, beside others. */
export interface Strand {
  readonly actor: string;
  readonly moves: readonly Move[];
}

/** Moves one after the other, then strands of moves that run at the same time. */
export interface HuntProgram {
  /** Whether the kernel has no CONFIG_DEBUG_VM, so that what it looks for goes unnoticed. */
  readonly withoutDebugVm?: true;
  readonly beginning: Beginning;
  readonly first: readonly Turn[];
  /** None in a sequential program. */
  readonly strands: readonly Strand[];
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
