import type { Completeness } from '../../model/explorer/explore';
import type { OptionSpec } from './command';

/** Timers count milliseconds in 31 bits, and run out at once beyond. */
const MOST_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** `--for <seconds>`; read it with {@link stopAfter}. */
export const forOption: OptionSpec = {
  flags: '--for <seconds>',
  description: 'stop after this long',
  integer: { min: 1, max: MOST_SECONDS, unit: 's' },
};

/**
 * The command's signal, or one that also aborts after some seconds. (What AbortSignal.any makes does not
 * keep an AbortSignal.timeout alive, and one that was collected never comes.)
 */
export function stopAfter(seconds: number | undefined, signal: AbortSignal): AbortSignal {
  if (seconds === undefined || signal.aborted) return signal;
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  signal.addEventListener('abort', stop, { once: true });
  setTimeout(stop, seconds * 1000).unref();
  return stopped.signal;
}

/** Calls what was interrupted bounded, where nothing but the time limit can have interrupted it. */
export function limitedBy<T extends { readonly completeness: Completeness }>(
  result: T,
  seconds: number | undefined,
  signal: AbortSignal,
): T {
  if (seconds === undefined || signal.aborted) return result;
  if (result.completeness.kind !== 'interrupted') return result;
  return { ...result, completeness: { kind: 'bounded', bound: `${seconds} s` } };
}
