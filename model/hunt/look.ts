/** Runs a program on a variant, by every interleaving or by some, and judges each run. */
import { explore, type Completeness, type StopSignal } from '../explorer/explore';
import type { Program, Run, ScheduleStep } from '../explorer/program';
import { exploreStates, ifWhole } from '../explorer/states';
import type { Variant } from '../features/variant';
import { breachesOf } from '../promises/judge';
import { JudgedScenario, type Breach } from '../promises/promise';
import type { Scenario } from '../scenario/ast';
import { wordOf } from '../scenario/layout';
import type { Outcome } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import type { RunView } from '../scenario/runs';
import { execute, randomPick } from '../scenario/sample';

export interface LookOptions {
  /** Most executions of one program; where there are more, its ends are found by states. */
  readonly executions: number;
  /** Most states then. */
  readonly states?: number;
  /** Instead of every interleaving: this many random schedules, from this seed. */
  readonly sample?: { readonly schedules: number; readonly seed: number };
  readonly signal?: StopSignal;
}

/** A broken promise with a schedule that breaks it. */
export interface Sighting extends Breach {
  readonly schedule: readonly ScheduleStep[];
}

export interface Look {
  /** The first sighting of each way of breaking a promise. */
  readonly sightings: readonly Sighting[];
  readonly executions: number;
  /** `sampled`: by random schedules; says nothing of the others. */
  readonly how: Completeness['kind'] | 'sampled';
  /** Whether some madvise(MADV_FREE) of the program succeeded in some run. */
  readonly freed: boolean;
}

/** What tells the ways of breaking promises apart. */
export const breachKey = ({ promise, detail }: Breach): string => `${promise}: ${detail}`;

/** @throws Error if the set-up of the scenario cannot come to its end. */
export function look(scenario: Scenario, variant: Variant, options: LookOptions): Look {
  const program = new ScenarioProgram(scenario, (id) => variant.has(id));
  const watcher = new Watcher(scenario, program);
  if (options.sample !== undefined) {
    const { schedules, seed } = options.sample;
    for (let i = 0; i < schedules; i++) {
      const { outcome, schedule } = execute(program, randomPick(seed + i));
      watcher.judge(outcome, schedule);
    }
    return watcher.look(schedules, 'sampled');
  }
  const { executions, completeness } = explore(watcher.threads(), {
    executions: options.executions,
    onEnd: (run, schedule) => watcher.end(run as RunView, schedule),
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const all = completeness.kind === 'bounded' && watcher.endByStates(options);
  return watcher.look(executions, all ? 'complete' : completeness.kind);
}

/** Most states of one program, unless told otherwise. */
const STATES_MOST = 300_000;
/** Most steps on the way to a state. */
const STEPS_MOST = 2000;

/**
 * Judges what runs of a scenario leave. What comes after its threads depends on the state that they leave
 * alone, so it runs, and is judged, once for each such state.
 */
class Watcher {
  private readonly judged: JudgedScenario;
  private readonly sightings = new Map<string, Sighting>();
  private readonly states = new Set<number | string>();
  private readonly frees: readonly string[];
  private readonly sequential: boolean;
  private freed = false;

  constructor(
    scenario: Scenario,
    private readonly program: ScenarioProgram,
  ) {
    this.judged = new JudgedScenario(scenario);
    this.sequential = scenario.threads.length === 0;
    this.frees = this.judged.order.nodes
      .filter(({ operation }) => operation.verb === 'madvise' && wordOf(operation, 1) === 'FREE')
      .map(({ result }) => result);
  }

  /** The threads as the explorer's program; all there is, where there are none. */
  threads(): Program {
    const { program, sequential } = this;
    return {
      start: () => program.start(sequential),
      startReversible: () => program.startReversible(sequential),
      startKeyed: () => program.startKeyed(sequential),
      reversibleAfter: program.reversibleAfter,
    };
  }

  /**
   * Judges the states that runs of {@link threads} leave, found by states.
   *
   * @returns whether these are all
   */
  endByStates({ states = STATES_MOST, signal }: LookOptions): boolean {
    const bounds = { states, steps: STEPS_MOST, wholly: true, ...(signal && { signal }) };
    const tell = (run: Run): string => (run as RunView).endText();
    const found = ifWhole(() => exploreStates(this.threads(), { ...bounds, tell }));
    if (found === undefined) return false;
    for (const schedule of found.outcomes.values()) {
      const run = this.program.start(this.sequential);
      for (const { thread, choice } of schedule) run.step(thread, choice);
      this.end(run, () => schedule);
    }
    return true;
  }

  judge(outcome: Outcome, schedule: readonly ScheduleStep[]): void {
    const { results } = outcome.user;
    this.freed ||= this.frees.some((name) => results[name] === 0);
    for (const breach of breachesOf(this.judged, outcome)) {
      const key = breachKey(breach);
      if (!this.sightings.has(key)) this.sightings.set(key, { ...breach, schedule });
    }
  }

  look(executions: number, how: Look['how']): Look {
    return { sightings: [...this.sightings.values()], executions, how, freed: this.freed };
  }

  /** A run of {@link threads} has come to its end: judges the state that it leaves, if that is new. */
  end(run: RunView, schedule: () => readonly ScheduleStep[]): void {
    const key = run.outcomeKey();
    if (this.states.has(key)) return;
    this.states.add(key);
    const judge = (rest: readonly ScheduleStep[]): void =>
      this.judge(run.observe(), [...schedule(), ...rest]);
    const begun = !this.sequential && run.threadCount > 0;
    const ended = begun && this.program.threadNames.every((_, i) => run.choices(i) === 0);
    if (ended) run.afterwards(judge);
    else judge([]);
  }
}
