/** What the user typed behind a command's name, already checked against its CommandSpec. */
export class Args {
  /**
   * @param operands the words given by position, in order
   * @param values option values by long name without dashes; false is a flag not given
   */
  constructor(
    readonly operands: readonly string[],
    private readonly values: ReadonlyMap<string, OptionValue>,
  ) {}

  /** Whether the result is wanted as a JSON document. */
  get json(): boolean {
    return this.flag('json');
  }

  /** Whether an option without a value was given. */
  flag(name: string): boolean {
    return this.value(name) === true;
  }

  /** The value of an option, or undefined when it was not given and has no default. */
  text(name: string): string | undefined {
    const value = this.value(name);
    return Array.isArray(value) ? value.at(-1) : typeof value === 'string' ? value : undefined;
  }

  /** All values of a repeatable option, in the order given. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  }

  /** The value of an option declared with `integer`, or undefined when it was not given. */
  integer(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }

  /** The words again, with defaults as if they had been typed, and without the options in `without`. */
  words(without: readonly string[]): string[] {
    const given = [...this.values].filter(([name]) => !without.includes(name));
    return [...this.operands, ...given.flatMap(([name, value]) => optionWords(name, value))];
  }

  private value(name: string): OptionValue {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`args: the command declares no option --${name}`);
    return value;
  }
}

function optionWords(name: string, value: OptionValue): string[] {
  if (value === null || value === false) return [];
  if (value === true) return [`--${name}`];
  return [value].flat().flatMap((each) => [`--${name}`, each]);
}

/** false or true for a flag, null for a value that was not given. */
export type OptionValue = boolean | null | string | readonly string[];
