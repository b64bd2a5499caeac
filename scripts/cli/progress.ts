import type { Io } from './io';

/** A line on stderr while long work goes on: redrawn on a terminal, else a new one now and then. */
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
/** Between two lines where they stay, as in a log. */
const LINE_MS = 30_000;
const BAR_WIDTH = 12;
const CLEAR_LINE = '\r\u001b[K';

/**
 * Starts a progress line, unless quiet was asked for. Where a person watches stderr it is drawn at most ten
 * times a second; elsewhere work that takes long has a line each half a minute, to be seen to go on.
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
  if (io.verbosity === 'quiet') return { update: () => {}, end: () => {} };
  const every = io.isTTY ? REDRAW_MS : LINE_MS;
  const began = now();
  let drawnAt: number | undefined;
  return {
    update(done, total, detail) {
      const since = drawnAt ?? (io.isTTY ? -Infinity : began);
      if (now() - since < every) return;
      drawnAt = now();
      const line = progressLine(title, done, total, detail);
      write(io.isTTY ? CLEAR_LINE + line.slice(0, io.width - 1) : `${line}\n`);
    },
    end() {
      if (io.isTTY && drawnAt !== undefined) write(CLEAR_LINE);
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
