/** The option `--format`, and the formats that every result made of checks can take. */
import { UsageError, type Args, type Io, type OptionSpec } from '../cli/command';
import { jsonText } from '../cli/harmless';
import type { CheckReport } from './check-report';

export const FORMATS = ['text', 'json', 'ktap', 'junit', 'sarif', 'github', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** For the commands whose result can be read as checks. */
export const formatOption: OptionSpec = {
  flags: '--format <format>',
  description: 'form of the result (--json is short for json)',
  choices: FORMATS,
  default: 'text',
};

/** The form that was asked for. @throws UsageError if two were */
export function readFormat(args: Args): Format {
  const format = args.text('format') as Format;
  if (!args.json) return format;
  if (format === 'text' || format === 'json') return 'json';
  throw new UsageError(`--json and --format ${format} contradict each other; give one of them`);
}

/** What a command has to print, in every form. */
export interface Printed<T> {
  readonly document: T;
  readonly text: (document: T, width: number) => string;
  readonly checks: (document: T) => CheckReport;
}

/** Prints a result in the form that was asked for. */
export async function printAs<T extends Parameters<Io['json']>[0]>(
  format: Format,
  { document, text, checks }: Printed<T>,
  io: Io,
): Promise<void> {
  switch (format) {
    case 'text':
      return io.out(text(document, io.width));
    case 'json':
      return io.json(document);
    case 'ktap':
      return io.out((await import('./ktap')).ktapText(checks(document)));
    case 'junit':
      return io.out((await import('./junit')).junitText(checks(document)));
    case 'sarif':
      return io.out(jsonText((await import('./sarif')).sarifLog(checks(document))));
    case 'github':
      return io.out((await import('./github')).githubText(checks(document)));
    case 'markdown':
      return io.out((await import('./markdown')).markdownText(checks(document)));
  }
}
