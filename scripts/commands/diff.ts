import type { Comparison, DifferenceWitness } from '../../model/diff/compare';
import { printCompleteness } from '../../model/diff/completeness';
import { UsageError, type Args, type CommandSpec, type Io } from '../cli/command';
import type { NamedVariant } from '../variants';
import { workersFor, workersOption } from '../workers/option';
import { levelsText, witnessLines } from '../views/witness-text';

interface Entry {
  readonly comparison: Comparison;
  readonly witness: DifferenceWitness | undefined;
}

export const diffCommand: CommandSpec = {
  name: 'diff',
  summary: 'Says in which scenarios two variants behave differently, and how',
  description:
    'Both variants are explored over every interleaving of each scenario, and their outcomes are ' +
    'compared at three levels: user (what a program sees), system (what an administrator sees), ' +
    'internal (what only the kernel sees). Exit status 1 means that a difference was found.',
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
    const { loadScenarios } = await import('../suite');
    const { readVariant } = await import('../variants');
    const { compare, witnessOf } = await import('../../model/diff/compare');
    const [textA, textB, ...named] = args.operands as [string, string, ...string[]];
    const a = readVariant(textA, args.flag('force'), io);
    const b = readVariant(textB, args.flag('force'), io);
    const executions = args.integer('executions');
    if (args.flag('search')) return searchAll(a, b, named, args, io);
    const scenarios = await loadScenarios(named, io);
    const entries: Entry[] = scenarios.map(({ scenario, file }) => {
      const comparison = compare(scenario, a.variant, b.variant, {
        file,
        signal: io.signal,
        ...(executions !== undefined && { executions }),
      });
      return { comparison, witness: witnessOf(comparison, a.variant, b.variant) };
    });
    const names = { a: a.name, b: b.name };
    if (args.json) io.json(toJson(names, entries));
    else print(names, entries, io);
    return entries.some(({ witness }) => witness !== undefined) ? 1 : 0;
  },
};

async function searchAll(
  a: NamedVariant,
  b: NamedVariant,
  named: readonly string[],
  args: Args,
  io: Io,
): Promise<0 | 1> {
  if (named.length > 0) {
    throw new UsageError('--search makes its own programs; leave the scenarios out, or --search');
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
  if (args.json) io.json({ schema: 'lzfree/diff-search', version: 1, ...names, ...result });
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

interface Names {
  readonly a: string;
  readonly b: string;
}

function toJson({ a, b }: Names, entries: readonly Entry[]) {
  return {
    schema: 'lzfree/diff' as const,
    version: 1,
    a,
    b,
    scenarios: entries.map(({ comparison, witness }) => ({
      name: comparison.scenario.name,
      completeness: comparison.completeness,
      executions: { a: comparison.a.executions, b: comparison.b.executions },
      levels: comparison.levels,
      witness: witness ?? null,
    })),
  };
}

function print(names: Names, entries: readonly Entry[], io: Io): void {
  const different = entries.filter(({ witness }) => witness !== undefined);
  io.out(answer(names, entries));
  for (const { comparison, witness } of different) {
    io.out(`\n${comparison.scenario.name}: ${levelsText(comparison)}`);
    const lines = witnessLines(witness!, names, io.width - 2, comparison.scenario.name);
    for (const line of lines) io.out(line && `  ${line}`);
  }
  const same = entries.filter(({ witness }) => witness === undefined);
  if (same.length === 0) return;
  io.out('\nNo difference:');
  for (const { comparison } of same) {
    const { a, b } = comparison;
    const how = printCompleteness(comparison.completeness);
    io.out(`  ${comparison.scenario.name}  (${a.executions} and ${b.executions} traces, ${how})`);
  }
}

/** The first line: the answer. */
function answer({ a, b }: Names, entries: readonly Entry[]): string {
  const levels = new Set(entries.flatMap(({ comparison }) => comparison.differsAt ?? []));
  const worst = (['user', 'system', 'internal'] as const).find((level) => levels.has(level));
  const count = entries.filter(({ witness }) => witness !== undefined).length;
  if (worst === undefined) {
    const complete = entries.every(({ comparison }) => comparison.completeness.kind === 'complete');
    return complete
      ? `equal: ${a} and ${b} do the same in all ${entries.length} scenarios`
      : `unknown: no difference between ${a} and ${b} was seen, but not everything was explored`;
  }
  return `different: ${a} and ${b} in ${count} of ${entries.length} scenarios, outermost level ${worst}`;
}
