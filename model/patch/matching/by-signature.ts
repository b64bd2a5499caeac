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

const SYMBOL = /^(?:[A-Z_][A-Z0-9_]{2,}|".*")$/;
/** They look like calls. */
const OF_C = ['if', 'switch', 'while', 'for', 'return', 'sizeof', 'likely', 'unlikely'];

/** What lines call, the constants that they name, and their texts. */
function symbolsOf(lines: readonly SideLine[]): string[] {
  const tokens = lines.flatMap((line) => line.tokens);
  return tokens.filter(
    (token, i) => SYMBOL.test(token) || (/^\w+$/.test(token) && tokens[i + 1] === '('),
  );
}

/** Whether added lines use nothing of the kernel but what the posted ones are known to use. */
function hasNoOther({ only, added = [] }: Signature, open: OpenHunk['open']): boolean {
  if (only === undefined) return true;
  const known = new Set([...OF_C, ...only, ...added]);
  return open.every(({ group }) => {
    const rewritten = tokensOf(group.removed);
    return symbolsOf(group.added).every(
      (symbol) => known.has(symbol) || (rewritten.has(symbol) && !symbol.startsWith('"')),
    );
  });
}

/** Whether the tokens of the known order stand in it, as often as there, and nothing is negated besides. */
function isInOrder({ order }: Signature, open: OpenHunk['open']): boolean {
  if (order === undefined) return true;
  const looked = new Set([...order, '!']);
  const found = open.flatMap(({ group }) =>
    group.added.flatMap(({ tokens }) => tokens.filter((token) => looked.has(token))),
  );
  return found.join(' ') === order.join(' ');
}

/** Whether the nearest code above it, as far as the hunk shows any of the file, is that of the posted one. */
function isBehind({ after }: Signature, open: OpenHunk['open']): boolean {
  if (after === undefined) return true;
  const above = open[0]!.group.before.flatMap((line) => line ?? []).reverse();
  const code = tokenizeLines(above).findLast((tokens) => tokens.length > 0);
  return above.length === 0 || (code?.includes(after) ?? false);
}

/** Whether the hunk's @@ line names the label that stands for the function. */
const hasLabel = ({ label }: Signature, { header }: PlacedText): boolean =>
  label !== undefined && header.trim() === `${label}:`;

function agrees(signature: Signature, { hunk, open, silent }: OpenHunk): boolean {
  if (signature.comment === true) return silent;
  if (open.length === 0) return false;
  const { function: name, absent = [], before = [] } = signature;
  if (name !== undefined && !hunk.names.has(name) && !hasLabel(signature, hunk)) return false;
  const added = tokensOf(open.flatMap(({ group }) => group.added));
  const above = new Set(
    tokenizeLines(open.flatMap(({ group }) => group.before.map((line) => line ?? ''))).flat(),
  );
  const removed = tokensOf(open.flatMap(({ group }) => group.removed));
  return (
    hasAll(added, signature.added) &&
    hasAll(removed, signature.removed) &&
    !absent.some((token) => added.has(token)) &&
    !before.some((token) => above.has(token)) &&
    isBehind(signature, open) &&
    hasNoOther(signature, open) &&
    isInOrder(signature, open)
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
  const named = found.filter(
    ({ hunk }) => hunk.headerNames.has(facts.function) || hasLabel(signature, hunk),
  );
  return named.length === 1 ? named[0] : undefined;
}
