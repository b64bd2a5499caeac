import type { HunkFacts, Signature } from '../../features/hunk-table';
import type { InputGroup, PlacedText } from './assign';
import { tokenizeLines } from './c-tokens';
import type { SideLine } from './edit-groups';

/** A hunk of the input with those of its changes that no known text explains. */
export interface OpenHunk {
  readonly hunk: PlacedText;
  readonly open: readonly InputGroup[];
  /** It changes comments and blank lines only. */
  readonly silent: boolean;
}

function tokensOf(lines: readonly SideLine[]): Set<string> {
  return new Set(lines.flatMap(({ tokens }) => tokens));
}

function hasAll(tokens: ReadonlySet<string>, wanted: readonly string[] = []): boolean {
  return wanted.every((token) => tokens.has(token));
}

function agrees(signature: Signature, { hunk, open, silent }: OpenHunk): boolean {
  if (signature.comment === true) return silent;
  if (open.length === 0) return false;
  const { function: name, absent = [], before = [] } = signature;
  if (name !== undefined && !hunk.names.has(name)) return false;
  const added = tokensOf(open.flatMap(({ group }) => group.added));
  const above = new Set(
    tokenizeLines(open.flatMap(({ group }) => group.before.map((line) => line ?? ''))).flat(),
  );
  const removed = tokensOf(open.flatMap(({ group }) => group.removed));
  return (
    hasAll(added, signature.added) &&
    hasAll(removed, signature.removed) &&
    !absent.some((token) => added.has(token)) &&
    !before.some((token) => above.has(token))
  );
}

/**
 * The hunk of the input that agrees with what is known of a hunk without text: its file, its function and
 * symbols. Undefined if there is none, or more than one and their headers do not tell which.
 *
 * @param hunks the hunks of that file
 */
export function findBySignature<T extends OpenHunk>(
  facts: HunkFacts,
  hunks: readonly T[],
): T | undefined {
  const { signature } = facts;
  if (signature === undefined) return undefined;
  const found = hunks.filter((hunk) => agrees(signature, hunk));
  if (found.length <= 1) return found[0];
  const named = found.filter(({ hunk }) => hunk.headerNames.has(facts.function));
  return named.length === 1 ? named[0] : undefined;
}
