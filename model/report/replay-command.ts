/** The command line that shows an interleaving again: part of every result that has one. */
import { validate } from '../features/requires';
import { parseVariant } from '../features/variant-name';

/**
 * @param scenario how a command line names the scenario: a name of the suite, or a file
 * @param schedule as text, `s1:...`
 * @param variant a variant's name; one that C would not compile is replayed as the what-if that it is
 */
export function replayCommand(scenario: string, schedule: string, variant: string): string {
  const force = validate(parseVariant(variant)).length > 0 ? ' --force' : '';
  return `lzfree replay ${shellWord(scenario)} ${schedule} --variant ${shellWord(variant)}${force}`;
}

/** A word as a shell takes it: quoted where it would not stay one word. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
