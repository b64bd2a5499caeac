/** What bounds, interruption, checkpoints and a broken program do to an exploration. */
import fc from 'fast-check';
import { cellProgram, read, write } from '../../model/explorer/cells';
import { parseCheckpoint, type Checkpoint } from '../../model/explorer/checkpoint';
import { explore, type ExploreResult } from '../../model/explorer/explore';
import type { Program } from '../../model/explorer/program';
import { casw, lastzero, readers, swaprace, trylocks } from './programs';
import { build, randomProgram } from './random-programs';

const summary = ({ executions, blocked, completeness, outcomes }: ExploreResult) => ({
  executions,
  blocked,
  completeness,
  outcomes: [...outcomes.values()],
});

describe('explorer > bounds', () => {
  it('stops after the most executions, and says so', () => {
    const { executions, completeness } = explore(readers(5), { executions: 7 });
    expect(executions).toBe(7);
    expect(completeness).toEqual({ kind: 'bounded', bound: '7 executions' });
  });

  it('stops when the clock that it was given says so', () => {
    let time = 0;
    const { executions, completeness } = explore(readers(5), {
      milliseconds: 10,
      now: () => time++,
    });
    expect(executions).toBe(11);
    expect(completeness).toEqual({ kind: 'bounded', bound: '10 ms' });
  });

  it('counts no execution, and no outcome, that was cut off at the most steps', () => {
    const endless = cellProgram(1, [
      function* () {
        while ((yield read(0)) === 0);
      },
      function* () {
        yield write(0, 1);
      },
    ]);
    const { completeness, outcomes } = explore(endless, { steps: 6 });
    expect(completeness).toEqual({ kind: 'bounded', bound: '6 steps' });
    expect([...outcomes.keys()]).toEqual(['1']);
  });

  it('stops at a signal, with what it has found', () => {
    const controller = new AbortController();
    const { executions, completeness } = explore(readers(10), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(executions).toBe(257);
    expect(completeness).toEqual({ kind: 'interrupted' });
  });

  it('estimates the number of executions between what is done and all of them', () => {
    const estimates: number[] = [];
    explore(readers(10), { onProgress: ({ estimate }) => estimates.push(estimate) });
    expect(estimates).toHaveLength(3);
    for (const estimate of estimates) expect(estimate).toBeGreaterThanOrEqual(256);
  });
});

/** Explores in pieces of so many executions, each from the text of the checkpoint before. */
function inPieces(program: Program, pieces: readonly number[]): ExploreResult {
  let resume: Checkpoint | undefined;
  for (let done = 0, k = 0; ; k++) {
    done += pieces[k % pieces.length]!;
    const result = explore(program, {
      identity: 'it',
      executions: done,
      ...(resume !== undefined && { resume }),
    });
    if (result.checkpoint === undefined) return result;
    resume = parseCheckpoint(JSON.stringify(result.checkpoint));
  }
}

describe('explorer > checkpoints', () => {
  it.each([
    ['lastzero(6)', lastzero(6)],
    ['casw(3)', casw(3)],
    ['trylock(4)', trylocks(4)],
    ['swaprace(original, 1)', swaprace('original', 1)],
  ])('%s interrupted anywhere ends in the same result', (_name, program) => {
    expect(summary(inPieces(program, [1, 2, 7]))).toEqual(summary(explore(program)));
  });

  it('a random program interrupted after every execution ends in the same result', () => {
    fc.assert(
      fc.property(randomProgram, (description) => {
        const program = build(description);
        if (explore(program, { executions: 60 }).completeness.kind !== 'complete') return;
        expect(summary(inPieces(program, [1]))).toEqual(summary(explore(program)));
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  const { checkpoint } = explore(trylocks(3), { executions: 5, identity: 'trylock 3' });
  const text = JSON.stringify(checkpoint);
  const resume = (from: string, identity = 'trylock 3', program = trylocks(3)) =>
    explore(program, { identity, resume: parseCheckpoint(from) });

  it.each([
    ['half of the text', () => resume(text.slice(0, 100)), /not JSON/],
    ['another document', () => resume('{"a":1}'), /format is not/],
    ['a later version', () => resume(text.replace('"version":1', '"version":2')), /version is 2/],
    ['an edited count', () => resume(text.replace('"executions":5', '"executions":4')), /damaged/],
    ['another identity', () => resume(text, 'trylock 4'), /another program \('trylock 3'/],
    [
      'a program that moves otherwise',
      () => resume(text, undefined, readers(1)),
      /does not fit|something else/,
    ],
  ])('%s is refused', (_what, act, reason) => {
    expect(act).toThrow(reason);
  });

  it('the one that progress offers goes on to the same result', () => {
    const saved: Checkpoint[] = [];
    const whole = explore(readers(9), {
      onProgress: (_progress, save) => saved.push(save()),
    });
    expect(saved).toHaveLength(1);
    expect(summary(explore(readers(9), { resume: saved[0]! }))).toEqual(summary(whole));
  });
});

describe('explorer > broken programs', () => {
  it('a program that touches something else when run again is refused', () => {
    let runs = 0;
    const fickle: Program = {
      start() {
        const cell = runs++ === 0 ? 0 : 1;
        return cellProgram(2, [
          function* () {
            yield write(cell, 1);
            yield write(0, 1);
          },
          function* () {
            yield read(0);
          },
        ]).start();
      },
    };
    expect(() => explore(fickle)).toThrow(/not deterministic: step 0/);
  });

  it('a step that depends on more than it says is refused', () => {
    const program = cellProgram(2, [
      function* () {
        yield write(0, 1);
      },
      function* () {
        yield read(0);
      },
    ]);
    // The reader's mode depends on what was written, and the run denies it.
    const lying: Program = {
      start() {
        const run = program.start();
        const cells = { written: false };
        return {
          threadCount: 2,
          spawned: -1,
          accesses: run.accesses,
          get accessCount() {
            return run.accessCount;
          },
          choices: (thread) => run.choices(thread),
          guard: () => -1,
          enabled: (thread) => run.enabled(thread),
          depends: () => 0,
          outcome: () => run.outcome(),
          step(thread, choice) {
            run.step(thread, choice);
            if (thread === 1 && cells.written) run.accesses[0] = 1;
            cells.written ||= thread === 0;
          },
        };
      },
    };
    expect(() => explore(lying)).toThrow(/something else than foreseen/);
  });
});
