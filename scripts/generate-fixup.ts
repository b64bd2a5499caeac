/** Makes the tables of docs/fixup.md anew: the programs that tell the fixup apart begin with one state. */
import { readFileSync } from 'node:fs';
import { NAMED_VARIANTS, type VariantName } from '../model/features/variant';
import type { SearchDocument } from '../model/report/search-document';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { search } from './search';
import { tableOf } from './views/fixup-table';
import { withTable } from './views/marked-table';
import { workersFor } from './workers/option';

const PAIRS: readonly (readonly [VariantName, VariantName])[] = [
  ['original', 'fixed'],
  ['patch3', 'patch3-fixed'],
];
const BEGINNING = 'merged-swap-cached';
const SIZE = 2;

async function searchPair(a: VariantName, b: VariantName): Promise<SearchDocument> {
  return search({
    a: { name: a, variant: NAMED_VARIANTS[a] },
    b: { name: b, variant: NAMED_VARIANTS[b] },
    size: SIZE,
    threads: SIZE,
    executions: 5000,
    operations: 'core',
    beginnings: [BEGINNING],
    workers: workersFor(undefined, Infinity),
    signal: new AbortController().signal,
  });
}

async function generate(): Promise<void> {
  const path = packagePath('docs', 'fixup.md');
  for (const [a, b] of PAIRS) {
    const made = tableOf(await searchPair(a, b));
    await writeFileAtomically(path, withTable(readFileSync(path, 'utf8'), `${a} ${b}`, made));
  }
}

void generate();
