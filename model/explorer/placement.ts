/** Brings a run to where a search needs it: to some of the first events of its execution. */
import type { Execution } from './execution';
import type { Program, ReversibleRun, Run } from './program';

export class Placement {
  /** Steps that were taken again. */
  steps = 0;
  /** A run that takes steps back, once there is one. */
  private reversible: ReversibleRun | undefined;
  /** How many events of the execution it has taken before all else. */
  private common = 0;
  private ends = 0;

  constructor(private readonly program: Program) {}

  get takesBack(): boolean {
    return this.reversible !== undefined;
  }

  begin(): Run {
    return this.reverses() ?? this.program.start();
  }

  /** The run has taken all of an execution. */
  isAtEnd({ length }: Execution): void {
    this.common = length;
    this.ends++;
  }

  /** A run that has taken the first `n` events. It ends with the next one. */
  at(execution: Execution, n: number): Run {
    const run = this.reverses();
    if (run === undefined) return this.anew(execution, n);
    if (n < this.common) this.common = n;
    run.back(this.common);
    this.takeEvents(run, execution, this.common, n);
    this.common = n;
    return run;
  }

  /** A run from the beginning. @throws Error if a step touches something else than it did */
  anew(execution: Execution, n: number): Run {
    const run = this.program.start();
    this.takeEvents(run, execution, 0, n);
    return run;
  }

  /** The run that takes steps back, if it pays to have one by now. */
  private reverses(): ReversibleRun | undefined {
    const { program } = this;
    if (this.reversible === undefined && this.ends >= (program.reversibleAfter ?? 0)) {
      this.reversible = program.startReversible?.();
      this.common = 0;
    }
    return this.reversible;
  }

  private takeEvents(run: Run, execution: Execution, from: number, to: number): void {
    this.steps += to - from;
    for (let i = from; i < to; i++) {
      run.step(execution.thread[i]!, execution.choice[i]!);
      if (execution.agrees(i, run)) continue;
      throw new Error(
        `explore: the program is not deterministic: step ${i} touched something else when run again`,
      );
    }
  }
}
