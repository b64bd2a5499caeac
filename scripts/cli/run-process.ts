import type { CommandSpec } from './command';
import { fileFault } from './file-fault';
import { main } from './main';

/**
 * For this many milliseconds after the first signal others are taken for the same one: Ctrl-C in a
 * terminal reaches npm too, which hands it on.
 */
const ECHO_MS = 500;

/** Runs the command line of this process and sets its exit code. */
export async function runProcess(commands: readonly CommandSpec[]): Promise<void> {
  const signal = stopSignal();

  // The reader is content (`lzfree hunks | head`): what is left has nowhere to go.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    // The answer did not arrive, so the exit code must not be one of an answer.
    process.stderr.write(`lzfree: cannot write standard output: ${fileFault(error)}\n`);
    process.exit(2);
  });
  // Nobody reads the remarks; the answer and the exit code are not concerned.
  process.stderr.on('error', () => {});

  const { stdin, stdout, stderr, env } = process;
  const host = { stdin, stdout, stderr, env, signal };
  process.exitCode = await main(process.argv.slice(2), host, commands);
}

/** The first signal asks the command to stop and report; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) return;
    stop.abort(signal);
    setTimeout(() => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }, ECHO_MS).unref();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop.signal;
}
