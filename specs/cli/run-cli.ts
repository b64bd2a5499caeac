import type { CommandSpec, ExitCode } from '../../scripts/cli/command';
import type { Host, Sink } from '../../scripts/cli/io';
import { main } from '../../scripts/cli/main';
import { commands } from '../../scripts/commands';
import { schemaFaults } from './json-schema';

/** How a command line ended and what it printed. */
export interface CliResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** What differs from a run in a pipe, 80 columns wide, with nothing on stdin. */
export interface CliSetting {
  readonly stdin?: string | Uint8Array;
  readonly columns?: number;
  /** Both outputs are terminals. */
  readonly terminal?: boolean;
  readonly env?: Host['env'];
  readonly signal?: AbortSignal;
  /** Another list of commands than lzfree's own. */
  readonly commands?: readonly CommandSpec[];
}

/** @throws if what was printed is no document of docs/schemas */
function requireSchema(text: string): void {
  const faults = schemaFaults(JSON.parse(text) as { schema: string });
  if (faults.length > 0)
    throw new Error(`not as its schema says:\n${faults.slice(0, 10).join('\n')}`);
}

/** Runs one lzfree command line in this process, as the shell would see it; --json is held to its schema. */
export async function runCli(
  argv: readonly string[],
  setting: CliSetting = {},
): Promise<CliResult> {
  const stdout = collector(setting);
  const stderr = collector(setting);
  const host: Host = {
    stdin: stdinOf(setting.stdin ?? ''),
    stdout,
    stderr,
    env: setting.env ?? {},
    signal: setting.signal ?? new AbortController().signal,
  };
  const code = await main(argv, host, setting.commands ?? commands);
  const own = setting.commands === undefined;
  if (own && argv.includes('--json') && stdout.text() !== '') requireSchema(stdout.text());
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector(setting: CliSetting): Sink & { text(): string } {
  const parts: string[] = [];
  return {
    write: (text) => parts.push(text),
    isTTY: setting.terminal,
    columns: setting.columns,
    text: () => parts.join(''),
  };
}

async function* stdinOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? Buffer.from(content) : content;
}
