import { CommanderError } from 'commander';
import { editFault } from '../edit/edit-fault';
import type { Args } from './args';
import { checkPlace } from './check-place';
import type { CommandSpec, OptionSpec } from './command';
import { isUsageError, oneLine, UsageError, type ExitCode } from './errors';
import { createIo, terminalWidth, type Host, type Io } from './io';
import { didYouMean } from './nearest';
import { buildProgram, longName } from './program';

/**
 * Runs one command line: parses it, runs the command it names and turns every way in which that
 * can end into an exit code. Never throws and never ends the process.
 *
 * @param argv the words behind the program's name
 */
export async function main(
  argv: readonly string[],
  host: Host,
  commands: readonly CommandSpec[],
): Promise<ExitCode> {
  const choice = choose(argv, host, commands);
  if (typeof choice === 'number') return choice;
  const { spec, args } = choice;
  const io = createIo(host, {
    color: !args.flag('no-color'),
    verbosity: args.flag('quiet') ? 'quiet' : args.flag('verbose') ? 'verbose' : 'normal',
  });
  try {
    for (const option of spec.options ?? []) checkPlaceOf(option, args);
    const code = await spec.run(args, io);
    return code === 0 && io.signal.aborted ? signalCode(io.signal) : code;
  } catch (error) {
    return explain(error, spec, io);
  }
}

function checkPlaceOf(option: OptionSpec, args: Args): void {
  const path = option.writes && args.text(longName(option));
  if (path !== undefined) checkPlace(path, option.writes!);
}

interface Choice {
  readonly spec: CommandSpec;
  readonly args: Args;
}

/** The command that was asked for, or the code to end with after help or a usage error. */
function choose(
  argv: readonly string[],
  host: Host,
  commands: readonly CommandSpec[],
): Choice | ExitCode {
  let choice: Choice | undefined;
  const help = { write: (text: string) => host.stdout.write(text), width: terminalWidth(host) };
  const program = buildProgram(commands, help, (spec, args) => {
    choice = { spec, args };
  });
  try {
    refuseUnknown(argv[0], commands);
    program.parse(argv.length === 0 ? ['--help'] : argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const named = commands.find(({ name }) => name === argv[0]);
    const message = error instanceof CommanderError ? usageMessage(error) : messageOf(error);
    host.stderr.write(`${oneLine(`lzfree: ${message}; see 'lzfree ${helpWords(named)}'`)}\n`);
    return 2;
  }
  if (!choice) throw new Error('main: the parser neither chose a command nor failed');
  return choice;
}

/** commander prints the general help for a word it does not know with --help behind it. */
function refuseUnknown(word: string | undefined, commands: readonly CommandSpec[]): void {
  const names = commands.map(({ name }) => name);
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  throw new UsageError(`unknown command '${word}'${didYouMean(word, names)}`);
}

/** commander's message without its prefix, its suggestion brought into this project's form. */
function usageMessage(error: CommanderError): string {
  return error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/\n\(Did you mean (one of )?(.*)\?\)$/s, (_, several, names) =>
      several ? ` (did you mean one of ${names}?)` : ` (did you mean '${names}'?)`,
    );
}

function helpWords(spec: CommandSpec | undefined): string {
  return spec ? `${spec.name} --help` : '--help';
}

function explain(error: unknown, spec: CommandSpec, io: Io): ExitCode {
  if (io.signal.aborted && isAbort(error, io.signal)) {
    io.err(`lzfree ${spec.name}: interrupted`);
    return signalCode(io.signal);
  }
  if (isUsageError(error)) {
    io.err(oneLine(`lzfree ${spec.name}: ${error.message}`));
    return 2;
  }
  const fault = editFault(error);
  io.err(
    oneLine(
      fault ? `lzfree ${spec.name}: ${fault}` : `lzfree: internal error: ${messageOf(error)}`,
    ),
  );
  if (error instanceof Error && error.stack) io.detail(error.stack);
  return fault ? 2 : 3;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error as { name?: unknown } | null)?.name === 'AbortError';
}

/** The reason of an abort is the signal's name where the process was told to stop. */
function signalCode(signal: AbortSignal): ExitCode {
  return signal.reason === 'SIGTERM' ? 143 : 130;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
