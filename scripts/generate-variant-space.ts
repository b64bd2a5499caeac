/** Writes docs/variant-space.md. An argument names a file to keep finished scenarios in. */
import type { ClassesPart } from '../model/report/scenario-classes';
import { classesOf } from './classes';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { identityOf } from './identity';
import { KeptResults } from './kept-results';
import { loadSuite } from './suite';
import { variantSpaceManual } from './views/variant-space-manual';
import { workersFor } from './workers/option';

async function generate(file: string | undefined): Promise<void> {
  const { signal } = new AbortController();
  const sources = loadSuite();
  const document = await classesOf({
    sources,
    view: 'user',
    executions: undefined,
    workers: workersFor(undefined, sources.length),
    signal,
    kept: await KeptResults.open<ClassesPart>(file, 'classes --view user', {
      stdin: process.stdin,
      signal,
    }),
    onProgress: (done, total, detail = '') => process.stderr.write(`${done}/${total} ${detail}\n`),
  });
  const text = variantSpaceManual(document, identityOf(sources));
  await writeFileAtomically(packagePath('docs', 'variant-space.md'), text);
}

void generate(process.argv[2]);
