/** Runs a program on a variant, by every interleaving or by some, and judges each run. */
import { explore, type Completeness, type StopSignal } from '../explorer/explore';
import type { Program, Run, ScheduleStep } from '../explorer/program';
import type { Variant } from '../features/variant';
import { breachesOf } from '../promises/judge';
import { JudgedScenario, type Breach } from '../promises/promise';
import type { Scenario } from '../scenario/ast';
import { wordOf } from '../scenario/layout';
import type { Outcome } from '../scenario/outcome';
import { ScenarioProgram } from '../scenario/program';
import type { ScenarioRun } from '../scenario/runs';
import { execute, randomPick } from '../scenario/sample';

export interface LookOptions {
  /** Most executions of one program. */
  readonly executions: number;
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
  const { executions, completeness } = explore(watcher, {
    executions: options.executions,
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  return watcher.look(executions, completeness.kind);
}

/**
 * The threads of a scenario as the explorer's program. What comes after them depends on the state that
 * they leave alone, so it runs, and is judged, once for each such state.
 */
class Watcher implements Program {
  private readonly judged: JudgedScenario;
  private readonly sightings = new Map<string, Sighting>();
  private readonly states = new Set<string>();
  private readonly frees: readonly string[];
  private schedule: ScheduleStep[] = [];
  private freed = false;

  constructor(
    scenario: Scenario,
    private readonly program: ScenarioProgram,
  ) {
    this.judged = new JudgedScenario(scenario);
    this.frees = this.judged.order.nodes
      .filter(({ operation }) => operation.verb === 'madvise' && wordOf(operation, 1) === 'FREE')
      .map(({ result }) => result);
  }

  start(): Run {
    this.schedule = [];
    const sequential = this.program.scenario.threads.length === 0;
    const run = this.program.start(sequential);
    // Judging goes on with the run: its outcome is made once, however often it is asked for.
    let key: string | undefined;
    return watched(run, this.schedule, () => (key ??= this.ended(run, sequential)));
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

  private ended(run: Run & ScenarioRun, sequential: boolean): string {
    const key = this.program.outcomeKey();
    if (this.states.has(key)) return key;
    this.states.add(key);
    const begun = !sequential && run.threadCount > 0;
    const ended = begun && this.program.threadNames.every((_, i) => run.choices(i) === 0);
    const rest = ended ? this.program.runAfter() : [];
    this.judge(run.observe(), [...this.schedule, ...rest]);
    return key;
  }
}

/** The run, with its steps written down. */
function watched(run: Run, schedule: ScheduleStep[], outcome: () => string): Run {
  return {
    get threadCount() {
      return run.threadCount;
    },
    get accesses() {
      return run.accesses;
    },
    get accessCount() {
      return run.accessCount;
    },
    spawned: -1,
    choices: (thread) => run.choices(thread),
    guard: (thread) => run.guard(thread),
    enabled: (thread) => run.enabled(thread),
    get looked() {
      return run.looked!;
    },
    value: (word) => run.value!(word),
    step(thread, choice) {
      schedule.push({ thread, choice });
      run.step(thread, choice);
    },
    outcome,
  };
}
