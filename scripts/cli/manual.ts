/** The manual page lzfree(1), in man(7) macros, from what the commands say of themselves. */
import packageJson from '../../package.json';
import type { CommandSpec, OptionSpec } from './command';
import { COMMON_OPTIONS, EXIT_CODES } from './program';
import type { Term } from './terms';

/** The page's source, for `man -l` or a folder of manual pages. */
export function manualPage(commands: readonly CommandSpec[], terms: readonly Term[]): string {
  return [
    `.TH LZFREE 1 "" "lzfree ${packageJson.version}" "User Commands"`,
    '.SH NAME',
    `lzfree \\- ${escaped('shows what each hunk of a memory management patch does')}`,
    '.SH SYNOPSIS',
    '.B lzfree',
    '.I command',
    '[options]',
    '.SH DESCRIPTION',
    ...paragraphs(packageJson.description),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH COMMON OPTIONS',
    ...COMMON_OPTIONS.flatMap(optionLines),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([codes, meaning]) => tagged(codes, meaning)),
    '.SH TERMS',
    ...terms.flatMap(termLines),
  ].join('\n');
}

function commandLines({
  name,
  summary,
  description,
  arguments: words = [],
  options = [],
  examples,
}: CommandSpec): string[] {
  const usage = words.map(({ name: word, required, variadic }) => {
    const all = variadic ? `${word}...` : word;
    return required ? all : `[${all}]`;
  });
  return [
    `.SS "${quoted(['lzfree', name, ...usage].join(' '))}"`,
    ...paragraphs(description ?? `${summary}.`),
    ...words.flatMap((word) => tagged(word.name, word.description)),
    ...options.flatMap(optionLines),
    ...examples.flatMap(({ command, purpose }) => [
      ...paragraphs(`${purpose}:`),
      '.PP',
      '.nf',
      escaped(`    ${command}`),
      '.fi',
    ]),
  ];
}

function optionLines({ flags, description, choices, default: preset }: OptionSpec): string[] {
  const more = [
    ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
    ...(preset === undefined ? [] : [`${preset} if not given`]),
  ];
  return tagged(flags, [description, ...more].join('; '));
}

const tagged = (tag: string, text: string): string[] => [
  '.TP',
  `.B ${escaped(tag)}`,
  escaped(text),
];

/** Blocks that are indented are examples, and keep their lines. */
function termLines({ name, text }: Term): string[] {
  const blocks = text
    .split('\n\n')
    .flatMap((block) =>
      /^ {2}/.test(block)
        ? ['.PP', '.nf', ...block.split('\n').map(escaped), '.fi']
        : block.split(/\n(?=- )/).flatMap((item) => paragraphs(item.replace(/\s*\n\s*/g, ' '))),
    );
  return [`.SS "${quoted(name)}"`, ...blocks];
}

const paragraphs = (text: string): string[] =>
  text.split('\n\n').flatMap((paragraph) => ['.PP', escaped(paragraph)]);

/** Text that roff takes as it is: no escapes, no requests, hyphens that can be copied. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}

/** Inside the quotes of a macro's argument a quote is doubled. */
const quoted = (text: string): string => escaped(text).replaceAll('"', '""');
