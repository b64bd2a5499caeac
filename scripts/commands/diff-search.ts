/** `lzfree diff A B --search`: its options, and what it does. */
import { join } from 'node:path';
import { UsageError, type Args, type ExitCode, type Io, type OptionSpec } from '../cli/command';
import { limitedBy, stopAfter } from '../cli/stop-after';
import type { Format } from '../formats/format';
import { writePage } from '../html/write-page';
import type { NamedVariant } from '../variants';
import { workersFor } from '../workers/option';

/** Options that mean something with `--search` only, beside those of every exploration. */
export const searchOptions: readonly OptionSpec[] = [
  {
    flags: '--search',
    description:
      'compare on every program of the operation language instead of scenarios; by states where ' +
      'there are more than --executions (default: 5000)',
  },
  {
    flags: '--size <n>',
    description: 'with --search: operations of the largest programs (default: 2)',
    integer: { min: 1, max: 8 },
  },
  {
    flags: '--threads <n>',
    description: 'with --search: threads that run at the same time, at most (default: 3)',
    integer: { min: 1, max: 4 },
  },
  {
    flags: '--operations <set>',
    description: 'with --search: the operations of the language (default: core)',
    choices: ['core', 'all'],
  },
  {
    flags: '--beginning <name>',
    description: 'with --search: only programs with this beginning; may be repeated',
    repeatable: true,
  },
  {
    flags: '--save <folder>',
    description: 'with --search: write the smallest program of each difference as a scenario file',
    writes: 'folder',
  },
];

/** @throws UsageError for an option that would be passed over without `--search` */
export function refuseSearchOptions(args: Args): void {
  for (const name of ['size', 'threads', 'operations', 'save']) {
    if (args.text(name) !== undefined) throw needsSearch(name);
  }
  if (args.texts('beginning').length > 0) throw needsSearch('beginning');
}

const needsSearch = (name: string): UsageError =>
  new UsageError(`--${name} is for --search only; add --search, or leave it out`);

/** @throws UsageError for options that do not go together, or files that cannot be used */
export async function searchAll(
  a: NamedVariant,
  b: NamedVariant,
  format: Format,
  args: Args,
  io: Io,
): Promise<ExitCode> {
  if (format !== 'text' && format !== 'json') {
    throw new UsageError(`--search has no --format ${format}; choose text or json`);
  }
  const { DEFAULT_SEARCH, search } = await import('../search');
  const { searchText } = await import('../views/search-text');
  const { showSearch } = await import('../exploration-options');
  const { writeFileAtomically } = await import('../cli/atomic-write');
  const folder = args.text('save');
  const checkpoint = args.text('checkpoint');
  const seconds = args.integer('for');
  const { onProgram, end } = showSearch(io);
  const found = await search({
    a,
    b,
    size: args.integer('size') ?? DEFAULT_SEARCH.size,
    threads: args.integer('threads') ?? DEFAULT_SEARCH.threads,
    executions: args.integer('executions') ?? DEFAULT_SEARCH.executions,
    operations: args.text('operations') === 'all' ? 'all' : 'core',
    beginnings: await beginningsOf(args.texts('beginning')),
    workers: workersFor(args.integer('workers'), Infinity),
    signal: stopAfter(seconds, io.signal),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(folder !== undefined && { folder }),
    onProgram,
  }).finally(end);
  const document = limitedBy(found, seconds, io.signal);
  if (folder !== undefined) {
    for (const { name, scenario } of document.kinds) {
      await writeFileAtomically(join(folder, `${name}.yaml`), scenario);
    }
  }
  await writePage(args, io, document);
  if (format === 'json') io.json(document);
  else io.out(searchText(document, io.width));
  const settled = document.completeness.kind === 'complete' || io.signal.aborted;
  return document.differsAt === null && settled ? 0 : 1;
}

async function beginningsOf(names: readonly string[]): Promise<readonly string[]> {
  const { BEGINNINGS } = await import('../../model/search/alphabet');
  const { didYouMean } = await import('../cli/nearest');
  const known = BEGINNINGS.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `no beginning is called '${wrong}'${didYouMean(wrong, known)}; there are ${known.join(', ')}`,
    );
  }
  return names;
}
