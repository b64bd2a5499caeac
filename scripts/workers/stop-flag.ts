/** One word that threads share: a worker in the middle of its work can look whether to stop. */
import type { StopSignal } from '../../model/explorer/explore';

/** A flag that raises itself when the signal aborts. @returns the memory to hand to workers */
export function stopFlag(signal: AbortSignal): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(4);
  const raise = () => void Atomics.store(new Int32Array(memory), 0, 1);
  if (signal.aborted) raise();
  else signal.addEventListener('abort', raise, { once: true });
  return memory;
}

/** The flag as the explorer reads it. */
export function stopSignal(memory: SharedArrayBuffer): StopSignal {
  const word = new Int32Array(memory);
  return {
    get aborted() {
      return Atomics.load(word, 0) === 1;
    },
  };
}
