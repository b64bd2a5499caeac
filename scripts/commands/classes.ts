import { VIEWS } from '../../model/classes/partition';
import type { ClassesPart } from '../../model/report/scenario-classes';
import type { CommandSpec } from '../cli/command';
import { forOption, limitedBy, stopAfter } from '../cli/stop-after';
import { keepOption } from '../exploration-options';
import { HTML_OPTION, writePage } from '../html/write-page';
import { workersFor, workersOption } from '../workers/option';

/** `lzfree classes [FILE...]`: what all valid variants do. */
export const classesCommand: CommandSpec = {
  name: 'classes',
  summary: 'Sorts all valid variants of the series by what they do',
  description:
    'Each scenario is explored under every set of hunks that C would compile, all at once: variants ' +
    'are told apart only where a switch is read on which they differ. For each class of variants ' +
    'that can do the same it prints the condition on hunks, in its smallest form, and the ' +
    'outcomes.\n\n' +
    'All of the suite takes some minutes. Interrupted, it answers for the scenarios that it has ' +
    'finished, and goes on with the others where it finds them in --checkpoint.',
  arguments: [
    {
      name: 'scenario',
      description: "files, folders, '-' or names of the suite; all of the suite without any",
      variadic: true,
    },
  ],
  options: [
    {
      flags: '--view <view>',
      description: 'what classes are told apart by: a level, or all three',
      choices: VIEWS,
      default: 'user',
    },
    {
      flags: '--executions <n>',
      description: "stop a scenario's threads after this many executions of one variant",
      integer: { min: 1 },
    },
    forOption,
    workersOption,
    keepOption,
    HTML_OPTION,
  ],
  examples: [
    { command: 'lzfree classes half-written-page', purpose: 'which hunks decide what is read' },
    {
      command: 'lzfree classes half-written-page --html out',
      purpose: 'the hunks that decide as a tree, in a page',
    },
    {
      command: 'lzfree classes --json > classes.json',
      purpose: 'all variants on the whole suite',
    },
  ],
  async run(args, io) {
    const { loadScenarios } = await import('../suite');
    const { classesOf } = await import('../classes');
    const { KeptResults } = await import('../kept-results');
    const { classesText } = await import('../views/classes-text');
    const { startProgress } = await import('../cli/progress');
    const sources = await loadScenarios(args.operands, io);
    const view = VIEWS.find((each) => each === args.text('view'))!;
    const executions = args.integer('executions');
    const command = `classes --view ${view}${executions ? ` --executions ${executions}` : ''}`;
    const kept = await KeptResults.open<ClassesPart>(args.text('checkpoint'), command);
    const progress = startProgress(io, 'classes');
    const seconds = args.integer('for');
    const result = await classesOf({
      sources,
      view,
      executions,
      workers: workersFor(args.integer('workers'), sources.length),
      signal: stopAfter(seconds, io.signal),
      kept,
      onProgress: (done, total, detail) => progress.update(done, total, detail),
    });
    progress.end();
    const document = limitedBy(result, seconds, io.signal);
    await writePage(args, io, document);
    if (args.json) io.json(document);
    else io.out(classesText(document, io.width));
    return 0;
  },
};
