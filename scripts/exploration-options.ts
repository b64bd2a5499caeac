/** The options of commands that explore, and their progress on stderr. */
import { UsageError, type Args, type Io, type OptionSpec } from './cli/command';
import { Pace, rateText, secondsText } from './cli/pace';
import { startProgress } from './cli/progress';
import { forOption } from './cli/stop-after';
import type { ExploreAllOptions, OverallProgress } from './exploration-job';
import { counted } from './cli/text';
import { workersOption } from './workers/option';

export const explorationOptions: readonly OptionSpec[] = [
  {
    flags: '--executions <n>',
    description: 'stop each exploration after this many executions',
    integer: { min: 1 },
  },
  {
    flags: '--steps <n>',
    description: 'cut an execution off after this many steps',
    integer: { min: 1 },
  },
  forOption,
  workersOption,
  {
    flags: '--checkpoint <file>',
    description: 'store in the file how far the work is, and go on from there if it exists',
    writes: 'file',
  },
];

/** `--checkpoint <file>` of a command that keeps results of scenarios. */
export const keepOption: OptionSpec = {
  flags: '--checkpoint <file>',
  description: 'keep the results of finished scenarios in the file, and go on from there',
  writes: 'file',
};

export const statesOptions: readonly OptionSpec[] = [
  {
    flags: '--by-states',
    description: 'explore by states: the same outcomes, without counts of traces',
  },
  {
    flags: '--preemptions <n>',
    description:
      'explore, by states, the schedules that switch away from a thread that could go on at most n times',
    integer: { min: 0 },
  },
];

/** What {@link explorationOptions} say. @param executions the bound where none was given */
export function explorationBounds(args: Args, executions?: number): ExploreAllOptions {
  return withoutUndefined({
    executions: args.integer('executions') ?? executions,
    steps: args.integer('steps'),
    seconds: args.integer('for'),
    workers: args.integer('workers'),
    checkpoint: args.text('checkpoint'),
  });
}

/** The same with {@link statesOptions}, for commands that have it. */
export function boundsOrStates(args: Args): ExploreAllOptions {
  const how = statesAsked(args);
  if (how === undefined) return explorationBounds(args);
  refuseWithStates(args, how);
  const preemptions = args.integer('preemptions');
  return {
    ...explorationBounds(args),
    byStates: true,
    ...(preemptions !== undefined && { preemptions }),
  };
}

/** The option that asks for an exploration by states, if one does. */
export function statesAsked(args: Args): '--preemptions' | '--by-states' | undefined {
  if (args.integer('preemptions') !== undefined) return '--preemptions';
  return args.flag('by-states') ? '--by-states' : undefined;
}

const withoutUndefined = (given: Readonly<Record<string, unknown>>): ExploreAllOptions =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function refuseWithStates(args: Args, how: string): void {
  if (args.integer('executions') !== undefined) {
    throw new UsageError(`${how} counts no executions; bound it by --for, or leave one out`);
  }
  if (args.text('checkpoint') !== undefined) {
    throw new UsageError(`${how} keeps no checkpoint; leave one of the two out`);
  }
}

/** Draws the progress of explorations. */
export function showExplorations(
  io: Pick<Io, 'isTTY' | 'verbosity' | 'width'>,
  title: string,
): { onProgress(progress: OverallProgress): void; end(): void } {
  const line = startProgress(io, title);
  const began = performance.now();
  return {
    onProgress(progress) {
      const seconds = (performance.now() - began) / 1000;
      if (progress.states !== undefined) {
        const rate = rateText(progress.states, seconds);
        line.update(progress.done, progress.total, `${counted(progress.states, 'state')}, ${rate}`);
      } else if (progress.total > 1) {
        line.update(progress.done, progress.total, explorationsDetail(progress, seconds));
      } else {
        line.update(progress.executions, progress.estimate, explorationDetail(progress, seconds));
      }
    },
    end: () => line.end(),
  };
}

/** Draws the progress of a search, whose programs take longer the more operations they have. */
export function showSearch(io: Pick<Io, 'isTTY' | 'verbosity' | 'width'>): {
  onProgram(size: number, done: number, total: number, kinds: number): void;
  end(): void;
} {
  const line = startProgress(io, 'search');
  const pace = new Pace();
  return {
    onProgram(size, done, total, kinds) {
      const detail = `of ${counted(size, 'operation')}, ${counted(kinds, 'kind')}`;
      line.update(done, total, detail + pace.tell(size, done, total));
    },
    end: () => line.end(),
  };
}

/** Beside the count of several explorations. */
export function explorationsDetail(progress: OverallProgress, seconds: number): string {
  const { done, total, executions, blocked } = progress;
  const left = done > 0 ? `, ${secondsText((seconds / done) * (total - done))} left` : '';
  return `${counted(executions, 'execution')}, ${blocked} blocked, ${rateText(executions, seconds)}${left}`;
}

/** Beside the count of one: its total is estimated from the branches that lie behind, and says so first. */
export function explorationDetail(progress: OverallProgress, seconds: number): string {
  const { executions, blocked, estimate } = progress;
  const left = executions > 0 ? (seconds / executions) * (estimate - executions) : 0;
  const rate = rateText(executions, seconds);
  return `by branches, ${secondsText(left)} left, ${rate}, ${blocked} blocked`;
}
