/** Makes the tables of docs/fixup.md anew: every program of up to two operations, by beginning. */
import { readFileSync } from 'node:fs';
import { NAMED_VARIANTS, type VariantName } from '../model/features/variant';
import { BEGINNINGS } from '../model/search/alphabet';
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
const SIZE = 2;

const searchFrom = (a: VariantName, b: VariantName, beginning: string): Promise<SearchDocument> =>
  search({
    a: { name: a, variant: NAMED_VARIANTS[a] },
    b: { name: b, variant: NAMED_VARIANTS[b] },
    size: SIZE,
    threads: SIZE,
    executions: 5000,
    operations: 'core',
    beginnings: [beginning],
    workers: workersFor(undefined, Infinity),
    signal: new AbortController().signal,
  });

async function generate(): Promise<void> {
  const path = packagePath('docs', 'fixup.md');
  for (const [a, b] of PAIRS) {
    const documents: SearchDocument[] = [];
    for (const { name } of BEGINNINGS) documents.push(await searchFrom(a, b, name));
    const made = tableOf(documents);
    await writeFileAtomically(path, withTable(readFileSync(path, 'utf8'), `${a} ${b}`, made));
  }
}

void generate();
