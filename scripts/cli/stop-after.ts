import type { OptionSpec } from './command';

/** `--for <seconds>`; read it with {@link stopAfter}. */
export const forOption: OptionSpec = {
  flags: '--for <seconds>',
  description: 'stop after this long',
  integer: { min: 1 },
};

/** The command's signal, or one that also aborts after some seconds. */
export function stopAfter(seconds: number | undefined, signal: AbortSignal): AbortSignal {
  if (seconds === undefined) return signal;
  return AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}
