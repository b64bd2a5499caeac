import type { CommandSpec } from './command';
import { fileFault } from './file-fault';
import { main } from './main';

/** Runs the command line of this process and sets its exit code. */
export async function runProcess(commands: readonly CommandSpec[]): Promise<void> {
  const stop = new AbortController();
  // The first signal asks the command to stop and report; a second one ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(signal));

  // The reader is content (`lzfree hunks | head`): what is left has nowhere to go.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    // The answer did not arrive, so the exit code must not be one of an answer.
    process.stderr.write(`lzfree: cannot write standard output: ${fileFault(error)}\n`);
    process.exit(2);
  });

  const { stdin, stdout, stderr, env } = process;
  const host = { stdin, stdout, stderr, env, signal: stop.signal };
  process.exitCode = await main(process.argv.slice(2), host, commands);
}
