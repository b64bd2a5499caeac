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

  private value(name: string): OptionValue {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`args: the command declares no option --${name}`);
    return value;
  }
}

/** false or true for a flag, null for a value that was not given. */
export type OptionValue = boolean | null | string | readonly string[];
