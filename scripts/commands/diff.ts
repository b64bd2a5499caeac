import { UsageError, type CommandSpec } from '../cli/command';
import { formatOption, printAs, readFormat } from '../formats/format';
import {
  boundsOrStates,
  explorationOptions,
  showExplorations,
  statesAsked,
  statesOptions,
} from '../exploration-options';
import { HTML_OPTION, writePage } from '../html/write-page';
import { refuseSearchOptions, searchAll, searchOptions } from './diff-search';

export const diffCommand: CommandSpec = {
  name: 'diff',
  summary: 'Says in which scenarios two variants behave differently, and how',
  description:
    'Both variants are explored over every interleaving of each scenario, and their outcomes are ' +
    'compared at three levels: user (what a program sees), system (what an administrator sees), ' +
    'internal (what only the kernel sees). Exit status 1 means that a difference was found, or ' +
    'that a bound leaves it open whether there is one.',
  arguments: [
    { name: 'a', description: 'a variant', required: true },
    { name: 'b', description: 'the variant to hold against it', required: true },
    {
      name: 'scenario',
      description: "files, folders, '-' or names of the suite; all of the suite without any",
      variadic: true,
    },
  ],
  options: [
    formatOption,
    { flags: '--force', description: 'run variants that C would not compile, as a what-if' },
    ...explorationOptions,
    ...statesOptions,
    HTML_OPTION,
    ...searchOptions,
  ],
  examples: [
    { command: 'lzfree diff original fixed', purpose: 'what the fixup changes' },
    {
      command: 'lzfree diff original fixed --search',
      purpose: 'the whole difference, over all small programs',
    },
    {
      command: 'lzfree diff original fixed --search --size 3 --checkpoint search.json',
      purpose: 'a long search, which can be stopped and goes on',
    },
    {
      command: 'lzfree diff fixed fixed-p3/mm/memory/unmap_page_range',
      purpose: 'what one hunk is for',
    },
  ],
  async run(args, io) {
    const format = readFormat(args);
    const { loadScenarios } = await import('../suite');
    const { readVariant } = await import('../variants');
    const { compareAll } = await import('../explorations');
    const { comparedScenario, diffDocument } = await import('../../model/report/diff-document');
    const { diffChecks } = await import('../formats/diff-checks');
    const { diffText } = await import('../views/diff-text');
    const [textA, textB, ...named] = args.operands as [string, string, ...string[]];
    const a = readVariant(textA, args.flag('force'), io);
    const b = readVariant(textB, args.flag('force'), io);
    if (args.flag('search')) {
      if (named.length > 0) {
        throw new UsageError(
          '--search makes its own programs; leave out the scenarios, or --search',
        );
      }
      if (args.text('steps') !== undefined) {
        throw new UsageError('--search has no --steps; leave it out, or --search');
      }
      const how = statesAsked(args);
      if (how !== undefined) {
        throw new UsageError(`--search explores by traces; leave ${how} out, or --search`);
      }
      return searchAll(a, b, format, args, io);
    }
    refuseSearchOptions(args);
    const scenarios = await loadScenarios(named, io);
    const { onProgress, end } = showExplorations(io, 'diff');
    const bounds = { ...boundsOrStates(args), onProgress };
    const comparisons = await compareAll(scenarios, a, b, bounds, io).finally(end);
    const compared = scenarios.map((source, k) => comparedScenario(source, a, b, comparisons[k]!));
    const document = diffDocument(a.name, b.name, compared);
    await writePage(args, io, document);
    await printAs(format, { document, text: diffText, checks: diffChecks }, io);
    const settled = document.completeness.kind === 'complete' || io.signal.aborted;
    // An interruption has an exit status of its own, where no difference was seen.
    return document.differsAt === null && settled ? 0 : 1;
  },
};
