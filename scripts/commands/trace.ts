import { nearestIds } from '../../model/features/variant-name';
import { HUNK_IDS, SWITCH_IDS } from '../../model/features/hunk-id';
import { EDITS } from '../../model/features/variant';
import { UsageError, type CommandSpec } from '../cli/command';
import { counted } from '../cli/text';

/** `lzfree trace`: how the model's code and the patch's hunks are tied, and whether that tie holds. */
export const traceCommand: CommandSpec = {
  name: 'trace',
  summary: "Checks that the model's code and the patch's hunks are tied to each other",
  description:
    'Each switch is found in the source of the model and held against its hunk: whether it stands in the ' +
    "hunk's file and function, whether the symbols that the hunk defines are there under their names, " +
    'whether its two arms differ in the calls in which the hunk differs, in order, whether the switch only ' +
    'chooses, and whether some scenario reaches each arm. Exit status 1 means that a check fails; the ' +
    'places that are wrong stand first.\n\n' +
    'With the name of a hunk or a switch, only that one is listed, with all that is known. The checks are ' +
    'always those of all.',
  arguments: [{ name: 'hunk', description: 'hunks or switches to list', variadic: true }],
  examples: [
    { command: 'lzfree trace', purpose: 'every switch with its places and specs, and the checks' },
    {
      command: 'lzfree trace p3/mm/rmap/try_to_unmap_one',
      purpose: 'one hunk, with what it calls in C and in the model',
    },
  ],
  async run(args, io) {
    const wanted = args.operands;
    if (EDITS.length > 0) {
      throw new UsageError('the check is about the hunks of the series; leave --edit out');
    }
    for (const name of wanted) requireKnown(name);
    const { trace } = await import('../trace/trace');
    const { modelSources } = await import('../model-source/kernel-sources');
    const { searchArms } = await import('../trace/coverage');
    const { setImmediate: turn } = await import('node:timers/promises');
    const { startProgress } = await import('../cli/progress');
    const { loadSuite } = await import('../suite');
    const { traceText } = await import('../views/trace-text');
    const search = searchArms(loadSuite().map(({ scenario }) => scenario));
    const progress = startProgress(io, 'trace');
    let runs = 0;
    let step = search.next();
    for (; !step.done && !io.signal.aborted; step = search.next()) {
      progress.update(++runs, undefined, 'runs of scenarios, to see which arms they reach');
      // Lets a signal of the process come through.
      await turn();
    }
    progress.end();
    if (!step.done) {
      io.err(`interrupted after ${counted(runs, 'run')} of scenarios: nothing was checked`);
      return 0;
    }
    const traced = trace(modelSources(), step.value);
    const switches = traced.switches.filter(
      ({ id, hunk }) => wanted.length === 0 || wanted.includes(id) || wanted.includes(hunk),
    );
    if (args.json) io.json({ schema: 'lzfree/trace', version: 1, ...traced, switches });
    else io.out(traceText({ ...traced, switches }, wanted.length > 0, io.width));
    return traced.holds ? 0 : 1;
  },
};

function requireKnown(name: string): void {
  const known: readonly string[] = [...HUNK_IDS, ...SWITCH_IDS];
  if (known.includes(name)) return;
  const near = nearestIds(name.slice(0, 80));
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : "'lzfree hunks' lists them";
  throw new UsageError(`no hunk is called '${name.slice(0, 80)}'; ${hint}`);
}
