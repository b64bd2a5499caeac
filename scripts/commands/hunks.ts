import { UsageError, type Args, type CommandSpec } from '../cli/command';
import { didYouMean } from '../cli/nearest';
import { GRAPH_FORMS, type GraphForm } from '../views/hunk-graph';

/** `lzfree hunks`: each switch, the place in the model that mirrors it, and the scenarios that pin it. */
export const hunksCommand: CommandSpec = {
  name: 'hunks',
  summary: 'Lists every hunk with its place in the model and what pins it',
  description:
    'A switch is a hunk, or a part of one that does several things. A scenario pins it if an ' +
    'expectation that holds on fixed fails without it; switches that cannot be compiled without ' +
    'it go with it. At most three scenarios are named for each.\n\n' +
    '--graph shows what each switch needs to compile: (text) if the text of the hunks in the mail ' +
    'shows it, (facts) if the mail does not have the text.',
  options: [
    {
      flags: '--graph [form]',
      description: `what needs what: ${GRAPH_FORMS.join(', ')}`,
    },
  ],
  examples: [
    { command: 'lzfree hunks', purpose: 'shows what each hunk is modelled and pinned by' },
    { command: 'lzfree hunks --graph=dot | dot -Tsvg', purpose: 'draws what needs what' },
  ],
  async run(args, io) {
    const form = graphForm(args);
    const { reportHunks } = await import('../hunk-report');
    const switches = reportHunks();
    if (args.json) {
      io.json({ schema: 'lzfree/hunks', version: 1, switches });
    } else if (form !== undefined) {
      const { hunkGraph } = await import('../views/hunk-graph');
      io.out(hunkGraph(switches, form, io.width));
    } else {
      const { hunksText } = await import('../views/hunks-text');
      io.out(hunksText(switches, io.width));
    }
    return 0;
  },
};

function graphForm(args: Args): GraphForm | undefined {
  if (args.flag('graph')) return 'text';
  const word = args.text('graph');
  if (word === undefined) return undefined;
  const form = GRAPH_FORMS.find((each) => each === word);
  if (form !== undefined) return form;
  const hint = didYouMean(word, GRAPH_FORMS) || `; choose from ${GRAPH_FORMS.join(', ')}`;
  throw new UsageError(`'${word}' is no --graph of 'lzfree hunks'${hint}`);
}
