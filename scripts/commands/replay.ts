import type { MisfitError, recordWithWaits } from '../../model/scenario/trace';
import type { CommandSpec } from '../cli/command';
import { UsageError } from '../cli/command';
import { wrapText } from '../cli/text';

/** `lzfree replay SCENARIO SCHEDULE`: one execution, step by step. */
export const replayCommand: CommandSpec = {
  name: 'replay',
  summary: 'Runs one schedule of a scenario and shows every change it makes',
  description:
    'A schedule is what diff, review and run print as s1:... It is followed exactly: on a variant ' +
    'on which it does not fit, the first step that does not is named, and the exit status is 1. ' +
    '--lenient leaves such steps out, and lets the threads go on in order in the end. Each CPU has ' +
    'a column. Where the terminal, or in a pipe COLUMNS (80 without it, 160 at most), leaves no ' +
    'room for so many, each row begins with the name of its CPU instead.',
  arguments: [
    { name: 'scenario', description: "a file, '-' or a name of the suite", required: true },
    {
      name: 'schedule',
      description: 'as in s1:0x12.1: 12 steps of thread 0, one of thread 1',
      required: true,
    },
  ],
  options: [
    { flags: '--variant <name>', description: 'variant to run it on', default: 'fixed' },
    { flags: '--force', description: 'take a variant that C would not compile, as a what-if' },
    {
      flags: '--lenient',
      description: 'leave out what does not fit, and go on in the end, threads in order',
    },
  ],
  examples: [
    {
      command: 'lzfree replay half-written-page s1:0x3 --variant original --lenient',
      purpose: 'begins as the schedule says',
    },
  ],
  async run(args, io) {
    const { loadScenarios } = await import('../suite');
    const { readVariant } = await import('../variants');
    const { parseSchedule, ScheduleError } = await import('../../model/explorer/schedule');
    const { ScenarioProgram } = await import('../../model/scenario/program');
    const { MisfitError: Misfit, recordWithWaits } = await import('../../model/scenario/trace');
    const { traceLines } = await import('../../model/report/trace-text');
    const { countLines, indent, resultsText } = await import('../views/outcome-text');
    const [name, text] = args.operands as [string, string];
    const { variant, name: variantName } = readVariant(
      args.text('variant')!,
      args.flag('force'),
      io,
    );
    const loaded = await loadScenarios([name], io);
    if (loaded.length !== 1) throw new UsageError(`'${name}' is more than one scenario; name one`);
    const { scenario, file } = loaded[0]!;
    const head = { schema: 'lzfree/replay', version: 4, variant: variantName } as const;
    const program = new ScenarioProgram(scenario, (id) => variant.has(id), file);
    const say = (text: string): void =>
      io.out(wrapText(`${scenario.name} on ${variantName}: ${text}`, io.width));
    try {
      const schedule = parseSchedule(text);
      const record = (lenient: boolean) => recordWithWaits(program, schedule, { lenient });
      const { misfit, recorded } = follow(record, Misfit, args.flag('lenient'));
      if (recorded === null) {
        if (args.json) io.json({ ...head, misfit: stepAndReason(misfit) });
        else say(misfit.message);
        return 1;
      }
      const { trace, waits } = recorded;
      if (args.json) {
        io.json({ ...head, misfit: misfit && stepAndReason(misfit), ...trace });
      } else {
        if (misfit !== null) say(`${misfit.message}; ${LEFT_OUT}`);
        const results = `${scenario.name} on ${variantName}: ${resultsText(trace.outcome)}`;
        io.out(wrapText(results, io.width, 2));
        for (const line of countLines(trace.outcome))
          io.out(indent(wrapText(line, io.width - 2, 2), 2));
        io.out('');
        for (const line of traceLines(trace, io.width, waits)) io.out(line);
      }
      return 0;
    } catch (error) {
      if (error instanceof ScheduleError) throw new UsageError(error.message, { cause: error });
      throw error;
    }
  },
};

const LEFT_OUT = 'such steps are left out, and in the end the threads go in order.';

const stepAndReason = ({ step, reason }: MisfitError) => ({ step, reason });

type Recorded = ReturnType<typeof recordWithWaits>;

type Followed =
  | { readonly misfit: MisfitError | null; readonly recorded: Recorded }
  | { readonly misfit: MisfitError; readonly recorded: null };

/** Follows a schedule, and where it does not fit says so; from there on it goes only if that is asked for. */
function follow(
  record: (lenient: boolean) => Recorded,
  kind: typeof MisfitError,
  lenient: boolean,
): Followed {
  try {
    return { misfit: null, recorded: record(false) };
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    return { misfit: error, recorded: lenient ? record(true) : null };
  }
}
