/** The command line that shows an interleaving again: part of every result that has one. */
import { hunkFacts } from '../features/hunk-table';
import { validate } from '../features/requires';
import { EDITS, type Variant } from '../features/variant';
import { parseVariant } from '../features/variant-name';

/**
 * @param scenario how a command line names the scenario: a name of the suite, or a file
 * @param schedule as text, `s1:...`
 * @param variant a variant's name; one that C would not compile is replayed as the what-if that it is
 */
export function replayCommand(scenario: string, schedule: string, variant: string): string {
  const parsed = parseVariant(variant);
  const force = validate(parsed).length > 0 ? ' --force' : '';
  const command = `lzfree replay ${shellWord(scenario)} ${schedule} --variant ${shellWord(variant)}`;
  return command + force + editOptions(parsed);
}

/** What a command line needs for the edits of variants, with a space before it. */
export const editOptions = (...variants: readonly Variant[]): string =>
  EDITS.filter((id) => variants.some((variant) => variant.has(id)))

    .map((id) => hunkFacts(id).editFile)
    .map((file = '') => ` --edit ${shellWord(file)}`)
    .join('');

/** The same for variants by their names. */
export const editOptionsOf = (...names: readonly string[]): string =>
  editOptions(...names.map(parseVariant));

/** A word as a shell takes it: quoted where it would not stay one word. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
