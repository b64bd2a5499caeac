import type { KnownExploration } from '../../model/diff/shared-explorations';
import { UsageError, type CommandSpec } from '../cli/command';
import { forOption, limitedBy, stopAfter } from '../cli/stop-after';

/** `lzfree attribute SCENARIO`: which hunks make an outcome appear or vanish. */
export const attributeCommand: CommandSpec = {
  name: 'attribute',
  summary: 'Finds the smallest sets of hunks that an outcome is owed to',
  description:
    'A condition is true always, sometimes or never. Taken away from fixed, which hunks make that ' +
    'another; added to base, which make it what it is on fixed? Every set of up to --largest hunks ' +
    'is tried, with what C would not compile without; sets that hold a found one are left out.',
  arguments: [
    { name: 'scenario', description: "a file, '-' or a name of the suite", required: true },
  ],
  options: [
    {
      flags: '--outcome <condition>',
      description: "condition, as scenarios state it (default: the scenario's expectations)",
    },
    {
      flags: '--largest <n>',
      description: 'most hunks in a set, not counting what goes with them',
      integer: { min: 1, max: 3 },
      default: '2',
    },
    {
      flags: '--executions <n>',
      description: 'stop each exploration after this many executions',
      integer: { min: 1 },
      default: '5000',
    },
    forOption,
    {
      flags: '--checkpoint <file>',
      description: 'keep what was explored in the file, and go on from there',
      writes: 'file',
    },
  ],
  examples: [
    {
      command: 'lzfree attribute freed-page-is-discarded',
      purpose: 'what each expectation of the scenario is owed to',
    },
    {
      command: "lzfree attribute fixup-swap-slot --outcome 'free_swap == 3'",
      purpose: 'the same for a condition of your own',
    },
  ],
  async run(args, io) {
    const { loadScenarios } = await import('../suite');
    const { attributeOutcome } = await import('../attribute');
    const { KeptResults } = await import('../kept-results');
    const { shellWord } = await import('../../model/report/replay-command');
    const { attributeText } = await import('../views/attribute-text');
    const { startProgress } = await import('../cli/progress');
    const sources = await loadScenarios(args.operands, io);
    const [source] = sources;
    if (source === undefined || sources.length > 1) {
      throw new UsageError(`one scenario is wanted, ${sources.length} are given; name one of them`);
    }
    const executions = args.integer('executions')!;
    const largest = args.integer('largest')!;
    const outcome = args.text('outcome');
    const command = `attribute --executions ${executions} --largest ${largest}`;
    const kept = await KeptResults.open<readonly KnownExploration[]>(
      args.text('checkpoint'),
      outcome === undefined ? command : `${command} --outcome ${shellWord(outcome)}`,
    );
    const progress = startProgress(io, 'attribute');
    const seconds = args.integer('for');
    const found = await attributeOutcome({
      source,
      outcome,
      largest,
      executions,
      signal: stopAfter(seconds, io.signal),
      kept,
      onProgress: (tried) => progress.update(tried, undefined, 'sets tried'),
    });
    progress.end();
    const document = limitedBy(found, seconds, io.signal);
    if (args.json) io.json(document);
    else io.out(attributeText(document, io.width));
    return 0;
  },
};
