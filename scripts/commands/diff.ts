import { UsageError, type Args, type CommandSpec, type Io } from '../cli/command';
import { formatOption, printAs, readFormat, type Format } from '../formats/format';
import { HTML_OPTION, writePage } from '../html/write-page';
import type { NamedVariant } from '../variants';
import { workersFor, workersOption } from '../workers/option';

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
    {
      flags: '--executions <n>',
      description: 'stop a scenario after this many executions',
      integer: { min: 1 },
    },
    {
      flags: '--search',
      description: 'compare on every program of the operation language instead of scenarios',
    },
    {
      flags: '--size <n>',
      description: 'with --search: operations of the largest programs',
      integer: { min: 1, max: 8 },
      default: '3',
    },
    {
      flags: '--for <seconds>',
      description: 'with --search: stop after this long',
      integer: { min: 1 },
    },
    { ...workersOption, description: `with --search: ${workersOption.description}` },
    HTML_OPTION,
  ],
  examples: [
    { command: 'lzfree diff original fixed', purpose: 'what the fixup changes' },
    {
      command: 'lzfree diff original fixed --search',
      purpose: 'the whole difference, over all small programs',
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
    const { compare } = await import('../../model/diff/compare');
    const { comparedScenario, diffDocument } = await import('../../model/report/diff-document');
    const { diffChecks } = await import('../formats/diff-checks');
    const { diffAnswer, diffText } = await import('../views/diff-text');
    const [textA, textB, ...named] = args.operands as [string, string, ...string[]];
    const a = readVariant(textA, args.flag('force'), io);
    const b = readVariant(textB, args.flag('force'), io);
    const executions = args.integer('executions');
    if (args.flag('search')) return searchAll(a, b, named, format, args, io);
    const scenarios = await loadScenarios(named, io);
    const compared = scenarios.map((source) => {
      const comparison = compare(source.scenario, a.variant, b.variant, {
        file: source.file,
        signal: io.signal,
        ...(executions !== undefined && { executions }),
      });
      return comparedScenario(source, a, b, comparison);
    });
    const document = diffDocument(a.name, b.name, compared);
    await writePage(args, io, diffAnswer(document), document);
    await printAs(format, { document, text: diffText, checks: diffChecks }, io);
    const settled = document.completeness.kind === 'complete' || io.signal.aborted;
    // An interruption has an exit status of its own, where no difference was seen.
    return document.differsAt === null && settled ? 0 : 1;
  },
};

async function searchAll(
  a: NamedVariant,
  b: NamedVariant,
  named: readonly string[],
  format: Format,
  args: Args,
  io: Io,
): Promise<0 | 1> {
  if (named.length > 0) {
    throw new UsageError('--search makes its own programs; leave the scenarios out, or --search');
  }
  if (format !== 'text' && format !== 'json') {
    throw new UsageError(`--search has no --format ${format}; choose text or json`);
  }
  if (args.text('html') !== undefined) {
    throw new UsageError('--search has no page of its own; leave out --html, or --search');
  }
  const { search } = await import('../search');
  const { searchText } = await import('../views/search-text');
  const { startProgress } = await import('../cli/progress');
  const progress = startProgress(io, 'search');
  const result = await search({
    a: a.variant,
    b: b.variant,
    size: args.integer('size')!,
    executions: args.integer('executions') ?? SEARCH_EXECUTIONS,
    workers: workersFor(args.integer('workers'), Infinity),
    signal: stopAfter(args.integer('for'), io.signal),
    onProgram: (size, done, total) =>
      progress.update(done, total, `programs of ${size} operations`),
  });
  progress.end();
  const names = { a: a.name, b: b.name };
  if (format === 'json') io.json({ schema: 'lzfree/diff-search', version: 1, ...names, ...result });
  else io.out(searchText(result, names, io.width));
  return result.kinds.length > 0 ? 1 : 0;
}

/** The command's signal, or one that also aborts after some seconds. */
function stopAfter(seconds: number | undefined, signal: AbortSignal): AbortSignal {
  if (seconds === undefined) return signal;
  return AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
}

/** Programs of the search are small; one that has more traces than this is left incomplete, and said so. */
const SEARCH_EXECUTIONS = 5000;
