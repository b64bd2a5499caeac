import { Argument, Command, Option } from 'commander';
import packageJson from '../../package.json';
import { Args, type OptionValue } from './args';
import type { ArgumentSpec, CommandSpec, OptionSpec } from './command';
import { UsageError } from './errors';
import { didYouMean } from './nearest';
import { wrapText } from './text';

/** The options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--edit <file>',
    repeatable: true,
    description:
      "a diff of the model, from 'git diff -- model', as one more hunk: edit/<file's name>",
  },
  { flags: '--json', description: 'print the result as a versioned JSON document' },
  {
    flags: '--no-color',
    description: 'plain text (also when NO_COLOR is set or stdout is no terminal)',
  },
  { flags: '-q, --quiet', description: 'no remarks and no progress on stderr' },
  { flags: '-v, --verbose', description: 'more detail on stderr' },
];

/** What a command's exit status says. */
export const EXIT_CODES = [
  ['0', 'answered; what was claimed holds'],
  ['1', 'a check failed: the answer is on stdout'],
  ['2', 'bad input or usage: one line on stderr says what, where and how to mend it'],
  ['3', 'lzfree itself is broken: please report it with what --verbose prints'],
  [
    '130, 143, 141',
    'interrupted, terminated (1 if a check had failed by then), the reader closed the pipe',
  ],
] as const;

function exitCodesText(width: number): string {
  const lines = EXIT_CODES.map(
    ([codes, meaning]) => `  ${wrapText(`${codes}  ${meaning}`, width - 2, 5)}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

const TOPICS_HINT = "Terms such as hunk, variant, level or trace: 'lzfree help <term>'.";

/** Descriptions are wrapped as long as this many columns are left for them. */
const NARROWEST_HELP = 15;

/** Called when the user has chosen a command and its words have been checked. */
export type Chosen = (spec: CommandSpec, args: Args) => void;

/** Where help texts go and how wide they may be. */
export interface HelpOutput {
  write(text: string): void;
  readonly width: number;
}

/** The whole command line as a commander program that hands the chosen command to `chosen`. */
export function buildProgram(
  commands: readonly CommandSpec[],
  help: HelpOutput,
  chosen: Chosen,
): Command {
  const program = frame(new Command('lzfree'), help)
    .description('Shows what each hunk of a memory management patch does, by running its model.')
    .usage('<command> [options]')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', `\n${exitCodesText(help.width)}\n\n${wrapText(TOPICS_HINT, help.width)}`);
  for (const spec of commands) program.addCommand(buildCommand(spec, help, chosen));
  return program;
}

function buildCommand(spec: CommandSpec, help: HelpOutput, chosen: Chosen): Command {
  const command = frame(new Command(spec.name), help)
    .summary(spec.summary)
    .description(spec.description ?? `${spec.summary}.`)
    .addHelpText('after', () => examplesText(spec));
  const options = [...(spec.options ?? []), ...COMMON_OPTIONS];
  for (const argument of spec.arguments ?? []) command.addArgument(buildArgument(spec, argument));
  for (const option of options) command.addOption(buildOption(spec, option));
  return command.action(() => {
    const given: Record<string, unknown> = command.opts();
    if (given['quiet'] === true && given['verbose'] === true)
      throw new UsageError('--quiet and --verbose contradict each other; give one of them');
    chosen(spec, new Args(command.args, optionValues(options, given)));
  });
}

function frame(command: Command, help: HelpOutput): Command {
  return command
    .exitOverride()
    .helpOption('-h, --help', 'print this help')
    .configureHelp({
      helpWidth: help.width,
      minWidthToWrap: NARROWEST_HELP,
      subcommandTerm: (command) => command.name(),
    })
    .configureOutput({
      writeOut: (text) => help.write(text),
      writeErr: (text) => help.write(text),
      // Errors come back as exceptions and are printed, on one line, by main.
      outputError: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

function buildArgument(spec: CommandSpec, argument: ArgumentSpec): Argument {
  const name = argument.variadic ? `${argument.name}...` : argument.name;
  const description = withChoices(argument.description, argument.choices);
  const built = new Argument(argument.required ? `<${name}>` : `[${name}]`, description);
  const { choices } = argument;
  if (choices) {
    built.argParser((word: string) => {
      checkChoice(spec, argument.name, word, choices);
      return word;
    });
  }
  return built;
}

function buildOption(spec: CommandSpec, option: OptionSpec): Option {
  const built = new Option(option.flags, withChoices(option.description, option.choices));
  if (option.default !== undefined) built.default(option.default);
  if (!takesValue(option)) return built;
  let given = false;
  built.argParser((word: string, previous: unknown) => {
    const value = withoutUnit(option, word);
    checkValue(spec, option, value, word);
    if (given && !option.repeatable) {
      throw new UsageError(`--${longName(option)} is given twice; give it once`);
    }
    given = true;
    if (!option.repeatable) return value;
    return Array.isArray(previous) ? [...(previous as string[]), value] : [value];
  });
  return built;
}

function withoutUnit({ integer }: OptionSpec, word: string): string {
  const unit = integer?.unit;
  return unit !== undefined && word.endsWith(unit) ? word.slice(0, -unit.length) : word;
}

/** @param word what was typed, with the unit that the value has lost */
function checkValue(spec: CommandSpec, option: OptionSpec, value: string, word: string): void {
  const name = `--${longName(option)}`;
  if (option.choices) checkChoice(spec, name, value, option.choices);
  if (!option.integer) return;
  const { min, max = Number.MAX_SAFE_INTEGER, unit } = option.integer;
  const number = Number(value);
  const isWhole = /^-?\d+$/.test(value);
  if (isWhole && number >= min && number <= max) return;
  const isOpen = option.integer.max === undefined && !(isWhole && number > max);
  const range = isOpen ? `of at least ${min}` : `from ${min} to ${max}`;
  const withUnit = unit === undefined ? '' : `, with or without '${unit}' behind it`;
  throw new UsageError(`${name} takes a whole number ${range}${withUnit}, not '${word}'`);
}

function checkChoice(
  spec: CommandSpec,
  name: string,
  value: string,
  choices: readonly string[],
): void {
  if (choices.includes(value)) return;
  const hint = didYouMean(value, choices) || `; choose from ${choices.join(', ')}`;
  throw new UsageError(`'${value}' is no ${name} of 'lzfree ${spec.name}'${hint}`);
}

function withChoices(description: string, choices: readonly string[] | undefined): string {
  return choices ? `${description}: ${choices.join(', ')}` : description;
}

function examplesText(spec: CommandSpec): string {
  const lines = spec.examples.flatMap(({ command, purpose }) => [
    `  ${command}`,
    `      ${purpose}`,
  ]);
  return ['', 'Examples:', ...lines].join('\n');
}

/** Whether an option is followed by a value. */
export function takesValue(option: OptionSpec): boolean {
  return option.flags.includes('<');
}

/** The long name of an option without its dashes, as in `variant` or `no-color`. */
export function longName(option: OptionSpec): string {
  const match = /--([a-z0-9][a-z0-9-]*)/.exec(option.flags);
  if (!match) throw new Error(`option '${option.flags}' has no long name`);
  return match[1];
}

function optionValues(
  options: readonly OptionSpec[],
  given: Record<string, unknown>,
): Map<string, OptionValue> {
  const values = new Map<string, OptionValue>();
  for (const option of options) {
    const built = new Option(option.flags);
    const value = given[built.attributeName()] as OptionValue | undefined;
    // commander stores `--no-x` as x = false.
    if (built.negate) values.set(longName(option), value === false);
    else values.set(longName(option), value ?? (takesValue(option) ? null : false));
  }
  return values;
}
