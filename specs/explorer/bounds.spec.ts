/** What bounds, interruption and a broken program do to an exploration. */
import { cellProgram, read, write } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';
import type { Program } from '../../model/explorer/program';
import { explorePreemptions } from '../../model/explorer/preemptions';
import { exploreStates } from '../../model/explorer/states';
import { outcomeOf } from '../../model/explorer/run-again';
import { printSchedule } from '../../model/explorer/schedule';
import { SharedExploration } from '../../model/explorer/shared';
import { UnitRun } from '../../model/explorer/unit';
import { readers } from './programs';

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

  it('shows the end of each execution, with the schedule that leads there', () => {
    const ends: string[] = [];
    const seen: string[] = [];
    const { outcomes } = explore(readers(3), {
      onEnd(run, schedule) {
        ends.push(run.outcome());
        seen.push(printSchedule(schedule()));
        expect(outcomeOf(readers(3), schedule())).toBe(run.outcome());
      },
    });
    expect(ends.length).toBe(8);
    expect(new Set(seen).size).toBe(8);
    expect(new Set(ends)).toEqual(new Set(outcomes.keys()));
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

describe('explorer > broken programs', () => {
  it('a program that touches something else when run again is refused', () => {
    let runs = 0;
    const fickle: Program = {
      start() {
        const cell = runs++ === 0 ? 0 : 1;
        return cellProgram(2, [
          function* () {
            yield read(0);
          },
          function* () {
            yield write(cell, 1);
            yield write(0, 1);
          },
        ]).start();
      },
    };
    expect(() => explore(fickle)).toThrow(/not deterministic: step 0/);
  });

  it('runs that share something and end otherwise are refused, in units too', () => {
    let runs = 0;
    const counting = cellProgram(1, [
      function* () {
        yield write(0, runs++);
      },
      function* () {
        yield read(0);
      },
    ]);
    expect(() => explore(counting)).toThrow(/not deterministic: s1:1\.0 ended otherwise/);
    const [task] = new SharedExploration({ steps: 100 }).tasks();
    // Runs that take steps back are asked on the way already.
    const unit = new UnitRun({ start: () => counting.start() }, task!, 100);
    unit.advance(() => false);
    expect(() => unit.result()).toThrow(/ended otherwise when run again/);
  });

  it.each<[string, (program: Program) => unknown]>([
    ['by states', (program) => exploreStates(program)],
    ['within preemptions', (program) => explorePreemptions(program, 2)],
  ])(
    'are refused %s too, where they end otherwise than a run from the beginning',
    (_how, search) => {
      let runs = 0;
      const counting = cellProgram(1, [
        function* () {
          yield write(0, runs++);
        },
      ]);
      expect(() => search(counting)).toThrow(/not deterministic: s1:0 ended otherwise/);
    },
  );

  it('what is no event, or of a cell that the program has not, is refused', () => {
    const yields = (event: unknown) =>
      cellProgram(2, [
        function* () {
          yield event as number;
        },
      ]);
    for (const event of [undefined, 'read', read(2)]) {
      expect(() => explore(yields(event))).toThrow(/yield events on cells 0 to 1, and not/);
      expect(() => exploreStates(yields(event))).toThrow(TypeError);
    }
  });

  it('a step that depends on more than it says is refused', () => {
    const program = cellProgram(2, [
      function* () {
        yield read(0);
      },
      function* () {
        yield write(0, 1);
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
            if (thread === 0 && cells.written) run.accesses[0] = 1;
            cells.written ||= thread === 1;
          },
        };
      },
    };
    expect(() => explore(lying)).toThrow(/something else than foreseen/);
  });
});
