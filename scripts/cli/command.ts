import type { Args } from './args';
import type { Place } from './check-place';
import type { ExitCode } from './errors';
import type { Io } from './io';

export type { Args } from './args';
export { UsageError, type ExitCode } from './errors';
export type { Io, JsonDocument } from './io';

/** A word that a command takes by position. */
export interface ArgumentSpec {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  /** Takes all the words that are left; only for the last argument. */
  readonly variadic?: boolean;
  /** The only words allowed, where they are few and fixed. */
  readonly choices?: readonly string[];
}

/** A long option, with an optional short form, as in `-o, --output <file>` or `--all`. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  /** The only values allowed; a wrong one is answered with the nearest of them. */
  readonly choices?: readonly string[];
  /** Values that a shell may offer, where others are allowed too. */
  readonly suggestions?: readonly string[];
  /** The value is a whole number within these bounds. */
  readonly integer?: {
    readonly min: number;
    readonly max?: number;
    /** A unit that may stand behind the number. */
    readonly unit?: string;
  };
  /** May be given several times; read it with `args.texts`. */
  readonly repeatable?: boolean;
  readonly default?: string;
  /** The value is a place that the command writes, looked at before the command runs. */
  readonly writes?: Place;
}

/** A command line that works as it stands, and what it is good for. */
export interface Example {
  readonly command: string;
  readonly purpose: string;
}

/**
 * One command of lzfree. It is listed in scripts/commands/index.ts, from where parsing, help,
 * completion and the manual take it. `--json`, `--no-color`, `--quiet`, `--verbose` and `--help`
 * are added to every command.
 *
 * Keep the module cheap to load: all of them are loaded to print any help, so what is heavy is
 * imported inside `run`.
 */
export interface CommandSpec {
  readonly name: string;
  /** One line for the list of commands, without a full stop. */
  readonly summary: string;
  /** What the command answers and what to know before trusting it; blank lines part paragraphs. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /**
   * Does the work. Throws UsageError (or an error with `exitCode` 2) on bad input; any other
   * exception is reported as a fault of lzfree.
   */
  run(args: Args, io: Io): Promise<ExitCode>;
}
