import type { ArgumentSpec, CommandSpec, OptionSpec } from './command';
import { COMMON_OPTIONS, longName, takesValue } from './program';
import { wordOfTerm, type Term } from './terms';

/** The shells that a completion script can be written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can follow a command's name. */
interface Completions {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** Fixed words by position; undefined where a file name is expected. */
  readonly words: readonly (readonly string[] | undefined)[];
}

/** A shell script that completes the given commands; it needs nothing but the shell. */
export function completionScript(
  shell: Shell,
  commands: readonly CommandSpec[],
  terms: readonly Term[],
): string {
  const helpWords = [...commands.map(({ name }) => name), ...terms.map(wordOfTerm)];
  const all = commands.map((spec) => ({
    name: spec.name,
    summary: spec.summary,
    options: [...(spec.options ?? []), ...COMMON_OPTIONS, HELP],
    words: (spec.arguments ?? []).map((argument) => wordsOf(spec, argument, helpWords)),
  }));
  return { bash, zsh, fish }[shell](all);
}

const HELP: OptionSpec = { flags: '-h, --help', description: 'print this help' };

function wordsOf(
  spec: CommandSpec,
  argument: ArgumentSpec,
  helpWords: readonly string[],
): readonly string[] | undefined {
  return spec.name === 'help' ? [...new Set(helpWords)] : argument.choices;
}

const valuesOf = (option: OptionSpec): readonly string[] | undefined =>
  option.choices ?? option.suggestions;

/** `-q` of `-q, --quiet`. */
const shortName = (option: OptionSpec): string | undefined => /^-(\w),/.exec(option.flags)?.[1];

/** A word for a shell that reads nothing into it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bash(all: readonly Completions[]): string {
  return `# bash completion for lzfree
_lzfree() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local options='' valued='' words='' position=0 index
  local -a operands=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W ${quoted(names(all))} -- "$current")
    return
  fi
  case \${COMP_WORDS[1]} in
${all.map(bashCommand).join('\n')}
  esac
  for ((index = 2; index < COMP_CWORD; index++)); do
    if [[ " $valued " == *" \${COMP_WORDS[index]} "* ]]; then
      ((index++))
    elif [[ \${COMP_WORDS[index]} != -* ]]; then
      ((position++))
    fi
  done
  if [[ -z $words && " $valued " != *" $previous "* ]]; then
    words=\${operands[position]}
  fi
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  elif [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _lzfree lzfree`;
}

const names = (all: readonly Completions[]): string => all.map(({ name }) => name).join(' ');

function bashCommand({ name, options, words }: Completions): string {
  const flags = (some: readonly OptionSpec[]) =>
    quoted(some.map((option) => `--${longName(option)}`).join(' '));
  const operands = words.map((list) => quoted((list ?? []).join(' '))).join(' ');
  const values = options.flatMap((option) => {
    const list = valuesOf(option);
    if (!list) return [];
    return `      [[ $previous == --${longName(option)} ]] && words=${quoted(list.join(' '))}`;
  });
  return [
    `    ${name})`,
    `      options=${flags(options)}`,
    `      valued=${flags(options.filter(takesValue))}`,
    `      operands=(${operands})`,
    ...values,
    '      ;;',
  ].join('\n');
}

function zsh(all: readonly Completions[]): string {
  const listed = all.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef lzfree
# zsh completion for lzfree
_lzfree() {
  local -a commands=(
${listed.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${all.map(zshCommand).join('\n')}
  esac
}
if [[ $funcstack[1] == _lzfree ]]; then _lzfree "$@"; else compdef _lzfree lzfree; fi`;
}

function zshCommand({ name, options, words }: Completions): string {
  const specs = [...options.map(zshOption), ...words.map(zshWords)];
  const files = words.length === 0 ? [quoted('*:file:_files')] : [];
  return `    ${name}) _arguments ${[...specs, ...files].join(' ')} ;;`;
}

/** Characters that `_arguments` reads are escaped in a description. */
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');

function zshOption(option: OptionSpec): string {
  const repeat = option.repeatable ? '*' : '';
  const list = valuesOf(option);
  const value = takesValue(option) ? `:value:${list ? `(${list.join(' ')})` : '_files'}` : '';
  return quoted(`${repeat}--${longName(option)}[${zshText(option.description)}]${value}`);
}

function zshWords(choices: readonly string[] | undefined, index: number): string {
  return quoted(`${index + 1}:word:${choices ? `(${choices.join(' ')})` : '_files'}`);
}

function fish(all: readonly Completions[]): string {
  const first = all.map(
    ({ name, summary }) =>
      `complete -c lzfree -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  return ['# fish completion for lzfree', ...first, ...all.flatMap(fishCommand)].join('\n');
}

function fishCommand({ name, options, words }: Completions): string[] {
  const line = `complete -c lzfree -n '__fish_seen_subcommand_from ${name}'`;
  const choices = words.flatMap((list) => list ?? []);
  return [
    ...options.map((option) => {
      const short = shortName(option) ? ` -s ${shortName(option)}` : '';
      const list = valuesOf(option);
      const values = list ? ` -f -a ${quoted(list.join(' '))}` : '';
      const value = takesValue(option) ? ` -r${values}` : '';
      return `${line}${short} -l ${longName(option)}${value} -d ${quoted(option.description)}`;
    }),
    ...(choices.length > 0 ? [`${line} -f -a ${quoted([...new Set(choices)].join(' '))}`] : []),
  ];
}
