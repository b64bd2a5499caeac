import { distance } from 'fastest-levenshtein';
import { HUNK_IDS, SWITCH_IDS } from './hunk-id';
import type { HunkId, SwitchId } from './hunk-id';
import { NAMED_VARIANTS, switchesOf, VARIANT_NAMES } from './variant';
import type { Variant } from './variant';

/** The text does not name a variant. The message is one line that says what would. */
class VariantNameError extends Error {
  override readonly name = 'VariantNameError';
  /** The input is at fault, not the program. */
  readonly exitCode = 2;
}

const IDS: readonly string[] = [...new Set<string>([...HUNK_IDS, ...SWITCH_IDS])];
// Longest first: an id can be the beginning of another one.
const BY_LENGTH = [...IDS].sort((a, b) => b.length - a.length);
const NAMES_BY_LENGTH = [...VARIANT_NAMES].sort((a, b) => b.length - a.length);
/** Where the next term may begin in text that is no known id: ids hold '-' but no '+'. */
const NEXT_TERM = /\+|-(?=(?:p[1-6]|fixup|edit)\/)/;
const SUGGESTIONS = 3;

function endsTerm(text: string): boolean {
  return text === '' || text.startsWith('+') || text.startsWith('-');
}

function prefixIn(known: readonly string[], text: string): string | undefined {
  return known.find((word) => text.startsWith(word) && endsTerm(text.slice(word.length)));
}

/** How far an id is from what was typed; an id that ends in it or holds it counts as near. */
function unlikeness(typed: string, id: string): number {
  if (id.endsWith(`/${typed}`)) return 0;
  if (typed !== '' && id.includes(typed)) return 1;
  const tail = id.split('/').slice(-typed.split('/').length).join('/');
  return 1 + Math.min(distance(typed, id), distance(typed, tail));
}

/** The ids nearest to what was typed, nearest first; not taken in its place, only named. */
export function nearestIds(typed: string): string[] {
  return IDS.map((id) => ({ id, cost: unlikeness(typed, id) }))
    .filter(({ cost, id }) => cost <= 1 + Math.max(2, Math.floor(id.length / 3)))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, SUGGESTIONS)
    .map(({ id }) => id);
}

function unknownTerm(sign: string, rest: string): VariantNameError {
  const end = rest.search(NEXT_TERM);
  const typed = (end === -1 ? rest : rest.slice(0, end)).slice(0, 80);
  if (typed.startsWith('edit/')) {
    const name = typed.slice('edit/'.length) || 'NAME';
    return new VariantNameError(`there is no edit '${typed}'; give its file: --edit ${name}.diff`);
  }
  const near = nearestIds(typed);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : "'lzfree hunks' lists them";
  return new VariantNameError(`no hunk is called '${typed}' (in '${sign}${typed}'); ${hint}`);
}

function unknownName(text: string): VariantNameError {
  const typed = text.split(/[+/]/, 1)[0].slice(0, 40);
  const choices = `${VARIANT_NAMES.slice(0, -1).join(', ')} or ${VARIANT_NAMES[VARIANT_NAMES.length - 1]}`;
  const near = VARIANT_NAMES.find((name) => distance(typed.toLowerCase(), name) <= 2);
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  return new VariantNameError(
    `no variant is called '${typed}'${hint}; begin with ${choices}, then add +hunk or -hunk`,
  );
}

/**
 * Reads `name[+id|-id]...`: a named variant, then hunks or parts that are added or taken away, from left
 * to right. A hunk's id means all its parts.
 *
 * @throws VariantNameError naming the nearest ids; nothing is ever guessed
 */
export function parseVariant(text: string): Variant {
  const name = prefixIn(NAMES_BY_LENGTH, text);
  if (name === undefined) throw unknownName(text);
  let variant: Variant = NAMED_VARIANTS[name as keyof typeof NAMED_VARIANTS];
  let rest = text.slice(name.length);
  while (rest !== '') {
    const [sign] = rest;
    rest = rest.slice(1);
    const id = prefixIn(BY_LENGTH, rest);
    if (id === undefined) throw unknownTerm(sign, rest);
    const ids = [id as HunkId | SwitchId];
    variant = sign === '+' ? variant.plus(ids) : variant.minus(ids);
    rest = rest.slice(id.length);
  }
  return variant;
}

/** The terms that make `variant` out of `from`, in the order of the series; whole hunks where it can be. */
function termsFrom(from: Variant, variant: Variant): string[] {
  return HUNK_IDS.flatMap((hunk) => {
    const changed = switchesOf(hunk).filter((id) => from.has(id) !== variant.has(id));
    const sign = (id: SwitchId) => (variant.has(id) ? '+' : '-');
    const signs = new Set(changed.map(sign));
    const whole = changed.length === switchesOf(hunk).length && signs.size === 1;
    return whole ? [`${[...signs][0]}${hunk}`] : changed.map((id) => `${sign(id)}${id}`);
  });
}

/** The shortest text that `parseVariant` reads as this variant; the first named one on a tie. */
export function variantName(variant: Variant): string {
  const names = VARIANT_NAMES.map((name) => {
    return name + termsFrom(NAMED_VARIANTS[name], variant).join('');
  });
  return names.reduce((best, name) => (name.length < best.length ? name : best));
}
