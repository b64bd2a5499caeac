import { Pace } from '../../scripts/cli/pace';
import { progressLine, startProgress } from '../../scripts/cli/progress';

const watched = { isTTY: true, verbosity: 'normal', width: 60 } as const;

/** Draws updates at the given milliseconds and returns what was written. */
function drawn(io: Parameters<typeof startProgress>[0], times: readonly number[]): string[] {
  const written: string[] = [];
  let clock = 0;
  const progress = startProgress(
    io,
    'review',
    (text) => written.push(text),
    () => clock,
  );
  times.forEach((time, index) => {
    clock = time;
    progress.update(index + 1, 10);
  });
  progress.end();
  return written;
}

describe('progress', () => {
  it('draws one line in place, at most ten times a second, and takes it away', () => {
    const written = drawn(watched, [0, 50, 99, 100, 150]);
    expect(written).toEqual([
      '\r\u001b[Kreview [#...........] 1 of 10',
      '\r\u001b[Kreview [####........] 4 of 10',
      '\r\u001b[K',
    ]);
  });

  it('has a line each half a minute where nobody watches, and none of work that is soon done', () => {
    const times = [0, 500, 29_999, 31_000, 60_000, 61_500];
    expect(drawn({ ...watched, isTTY: false }, times)).toEqual([
      'review [####........] 4 of 10\n',
      'review [#######.....] 6 of 10\n',
    ]);
  });

  it('draws nothing where quiet was asked for', () => {
    for (const isTTY of [true, false])
      expect(drawn({ ...watched, isTTY, verbosity: 'quiet' }, [0, 500, 90_000])).toEqual([]);
  });

  it('a line that would wrap is cut, as only a whole line can be redrawn', () => {
    for (const text of drawn({ ...watched, width: 20 }, [0]))
      expect(text.replace('\r\u001b[K', '').length).toBeLessThan(20);
  });

  it('without a known total it counts, and it never fills beyond the bar', () => {
    expect(progressLine('hunt', 31, undefined, '4 classes')).toBe('hunt 31  4 classes');
    expect(progressLine('hunt', 12, 10)).toBe(`hunt [${'#'.repeat(12)}] 12 of 10`);
  });
});

describe('pace', () => {
  it('tells units a second, and how long the rest of the stage takes, once a unit of it is done', () => {
    let clock = 0;
    const pace = new Pace(() => clock);
    const at = (milliseconds: number, stage: number, done: number, total?: number): string => {
      clock = milliseconds;
      return pace.tell(stage, done, total);
    };
    expect([
      at(0, 1, 1, 19),
      at(500, 1, 2, 19),
      at(1000, 1, 11, 19),
      at(2000, 2, 4, 368),
      at(4000, 2, 8, 368),
      at(4500, 3, 100),
      at(5500, 3, 120),
    ]).toEqual(['', ', 2/s, 9 s left', ', 10/s, 1 s left', '', ', 2/s, 3 min left', '', ', 20/s']);
  });
});
