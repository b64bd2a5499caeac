import { UsageError, type CommandSpec, type Io } from '../cli/command';
import { manualPage } from '../cli/manual';
import { didYouMean } from '../cli/nearest';
import { buildProgram } from '../cli/program';
import { findTerm, readTerms, type Term } from '../cli/terms';
import { wrapText } from '../cli/text';

/**
 * `lzfree help [word]`: what a command does, or what a term means.
 *
 * @param commands all commands, this one too; asked for when the command runs
 */
export const helpCommand = (commands: () => readonly CommandSpec[]): CommandSpec => ({
  name: 'help',
  summary: 'Explains a command, or a term such as hunk or trace',
  arguments: [
    {
      name: 'word',
      description: 'a command or a term; without it, all are listed',
      variadic: true,
    },
  ],
  options: [{ flags: '--man', description: 'print all of it as the source of a manual page' }],
  examples: [
    { command: 'lzfree help variant', purpose: 'says what a variant is and how to write one' },
    { command: 'lzfree help review', purpose: 'shows the options of a command' },
    { command: 'lzfree help --man > lzfree.1', purpose: 'writes the manual page lzfree(1)' },
  ],
  async run(args, io) {
    const terms = readTerms();
    const word = args.operands.join(' ') || undefined;
    if (args.flag('man')) printManual(terms, word, commands(), args.json, io);
    else if (args.json) printJson(terms, word, commands(), io);
    else if (word === undefined) printList(terms, commands(), io);
    else printWord(terms, word, commands(), io);
    return 0;
  },
});

function printManual(
  terms: readonly Term[],
  word: string | undefined,
  commands: readonly CommandSpec[],
  json: boolean,
  io: Io,
): void {
  if (word !== undefined) throw new UsageError(`--man is about everything; leave '${word}' out`);
  const page = manualPage(commands, terms);
  if (json) io.json({ schema: 'lzfree/manual', version: 1, page });
  else io.out(page);
}

function printJson(
  terms: readonly Term[],
  word: string | undefined,
  commands: readonly CommandSpec[],
  io: Io,
): void {
  const listed = commands.map(({ name, summary }) => ({ name, summary }));
  if (word !== undefined) requireKnown(terms, word, commands);
  io.json({
    schema: 'lzfree/help',
    version: 1,
    commands: word === undefined ? listed : listed.filter(({ name }) => name === word),
    terms: word === undefined ? terms : [findTerm(terms, word) ?? []].flat(),
  });
}

/** A blank at which no line is broken, until the lines are made. */
const UNBROKEN = '\u00a0';

function printList(terms: readonly Term[], commands: readonly CommandSpec[], io: Io): void {
  program(commands, io).outputHelp();
  const names = terms.map(({ name }) => name.replaceAll(' ', UNBROKEN)).join(', ');
  io.out(`\nTerms:\n  ${wrapText(names, io.width, 2).replaceAll(UNBROKEN, ' ')}`);
}

/** A word may be both, as `trace`: then the meaning comes first. */
function printWord(
  terms: readonly Term[],
  word: string,
  commands: readonly CommandSpec[],
  io: Io,
): void {
  requireKnown(terms, word, commands);
  const term = findTerm(terms, word);
  if (term) io.out(`${term.name}\n\n${fold(term.text, io.width)}`);
  const command = program(commands, io).commands.find((candidate) => candidate.name() === word);
  if (term && command) io.out('');
  command?.outputHelp();
}

function requireKnown(
  terms: readonly Term[],
  word: string,
  commands: readonly CommandSpec[],
): void {
  if (findTerm(terms, word) || commands.some(({ name }) => name === word)) return;
  const known = [...commands, ...terms].map(({ name }) => name);
  const hint = didYouMean(word, known) || "; 'lzfree help' lists what there is";
  throw new UsageError(`'${word}' is neither a command nor a term${hint}`);
}

const program = (commands: readonly CommandSpec[], io: Io) =>
  buildProgram(commands, { write: (text) => io.out(text), width: io.width }, () => {});

/** Wraps paragraphs; indented lines are examples and stay as they are. */
function fold(text: string, width: number): string {
  return text
    .split('\n\n')
    .map((block) => (/^ {2}/.test(block) ? block : foldParagraph(block, width)))
    .join('\n\n');
}

function foldParagraph(block: string, width: number): string {
  return block
    .split(/\n(?=- )/)
    .map((item) => wrapText(item.replace(/\s*\n\s*/g, ' '), width, item.startsWith('- ') ? 2 : 0))
    .join('\n');
}
