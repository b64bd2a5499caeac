import type { Io } from './io';

/** A line on stderr that is redrawn while long work goes on. */
export interface Progress {
  /**
   * Says how far the work is.
   * @param done units finished
   * @param total all units, where it is known; a bar is drawn only then
   * @param detail what is worth knowing beside the count, as the rate or the blocked executions
   */
  update(done: number, total?: number, detail?: string): void;
  /** Takes the line away, so that what follows starts on a clean one. */
  end(): void;
}

const REDRAW_MS = 100;
const BAR_WIDTH = 12;
const CLEAR_LINE = '\r\u001b[K';

/**
 * Starts a progress line. It draws only where a person watches stderr and did not ask for quiet,
 * and at most ten times a second.
 *
 * @param write where to draw; raw, as the line is redrawn in place
 * @param now milliseconds of a clock that never goes back
 */
export function startProgress(
  io: Pick<Io, 'isTTY' | 'verbosity' | 'width'>,
  title: string,
  write: (text: string) => void = (text) => void process.stderr.write(text),
  now: () => number = () => performance.now(),
): Progress {
  if (!io.isTTY || io.verbosity === 'quiet') return { update: () => {}, end: () => {} };
  let drawnAt = -Infinity;
  return {
    update(done, total, detail) {
      if (now() - drawnAt < REDRAW_MS) return;
      drawnAt = now();
      write(CLEAR_LINE + progressLine(title, done, total, detail).slice(0, io.width - 1));
    },
    end() {
      if (drawnAt > -Infinity) write(CLEAR_LINE);
    },
  };
}

/** The text of a progress line, as in `review [####........] 4 of 10  31 classes`. */
export function progressLine(title: string, done: number, total?: number, detail = ''): string {
  const tail = detail ? `  ${detail}` : '';
  if (total === undefined || total <= 0) return `${title} ${done}${tail}`;
  const filled = Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH));
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
  return `${title} [${bar}] ${done} of ${total}${tail}`;
}
