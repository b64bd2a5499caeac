import { harmless, jsonText } from './harmless';

/** How much a command tells on stderr; results on stdout do not depend on it. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** The first members of every `--json` document: which shape it has, and which revision of it. */
export interface JsonDocument {
  readonly schema: `lzfree/${string}`;
  readonly version: number;
}

/**
 * All that a command may touch of the outside: results go to stdout, everything else to stderr.
 * Texts are whole lines; a missing final line feed is added, and control characters are spelled out.
 */
export interface Io {
  /** Prints a result. */
  out(text: string): void;
  /** Prints on stderr whatever the verbosity; for what the user must not miss. */
  err(text: string): void;
  /** Prints a remark on stderr, unless `--quiet`. */
  note(text: string): void;
  /** Prints a detail on stderr, only with `--verbose`. */
  detail(text: string): void;
  /** Prints a result as an indented JSON document. */
  json<T extends JsonDocument>(document: T): void;
  /** Standard input, read as it comes. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Columns that a line of stdout should fit. */
  readonly width: number;
  /** Whether stdout may carry colour; nothing may be said by colour alone. */
  readonly color: boolean;
  /** Whether a person watches stderr, so that progress may be drawn there. */
  readonly isTTY: boolean;
  readonly verbosity: Verbosity;
  /** Aborts on SIGINT and SIGTERM: stop soon, and report what is known as interrupted. */
  readonly signal: AbortSignal;
}

/** One end of the process, as far as the command line needs it; `process.stdout` is one. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The process that a command line runs in; specs pass their own. */
export interface Host {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** The options that every command has and that shape its Io. */
export interface IoOptions {
  readonly color: boolean;
  readonly verbosity: Verbosity;
}

const DEFAULT_WIDTH = 80;
const NARROWEST = 40;
const WIDEST = 160;

/** Joins a host and the common options to what a command gets. */
export function createIo(host: Host, options: IoOptions): Io {
  const line = (sink: Sink) => (text: string) => {
    sink.write(harmless(text.endsWith('\n') ? text : `${text}\n`));
  };
  const out = line(host.stdout);
  const err = line(host.stderr);
  const silent = () => {};
  return {
    out,
    err,
    note: options.verbosity === 'quiet' ? silent : err,
    detail: options.verbosity === 'verbose' ? err : silent,
    json: (document) => out(jsonText(document)),
    stdin: host.stdin,
    width: terminalWidth(host),
    color: options.color && wantsColor(host),
    isTTY: host.stderr.isTTY === true,
    verbosity: options.verbosity,
    signal: host.signal,
  };
}

/** Columns of the terminal, or of `COLUMNS`, or 80; kept where tables and prose stay readable. */
export function terminalWidth(host: Host): number {
  const told = host.stdout.columns ?? Number(host.env['COLUMNS'] || DEFAULT_WIDTH);
  const columns = Number.isInteger(told) && told > 0 ? told : DEFAULT_WIDTH;
  return Math.min(Math.max(columns, NARROWEST), WIDEST);
}

function wantsColor(host: Host): boolean {
  return host.stdout.isTTY === true && !host.env['NO_COLOR'] && host.env['TERM'] !== 'dumb';
}
