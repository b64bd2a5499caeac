/** Which failures are taken for the same: those that break the same promise alike with the same moves. */

/** A way of breaking a promise that has been told. */
export interface Way {
  readonly key: string;
  /** Beginning and moves of its minimal program. */
  readonly moves: readonly string[];
}

/**
 * Whether a failure is one that was told already: a known way with the same key, all of whose moves the
 * program makes. The beginning counts as a move, but for the plainest one, which others include.
 */
export function isCovered(ways: readonly Way[], key: string, moves: readonly string[]): boolean {
  return ways.some(
    (way) =>
      way.key === key && way.moves.every((move) => moves.includes(move) || move === 'page written'),
  );
}
