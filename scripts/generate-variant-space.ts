/**
 * Writes docs/variant-space.md, and its numbers into README.md. An argument names a file to keep finished
 * scenarios in.
 */
import { readFileSync } from 'node:fs';
import type { ClassesPart } from '../model/report/scenario-classes';
import { classesOf } from './classes';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { startProgress } from './cli/progress';
import { identityOf } from './identity';
import { KeptResults } from './kept-results';
import { loadSuite } from './suite';
import { variantSpaceManual, variantSpaceTable } from './views/variant-space-manual';
import { withTable } from './views/marked-table';
import { workersFor } from './workers/option';

async function generate(file: string | undefined): Promise<void> {
  const sources = loadSuite();
  // Of what is explored, should the sources change meanwhile.
  const identity = identityOf(sources);
  const isTTY = process.stderr.isTTY === true;
  const progress = startProgress({ isTTY, verbosity: 'normal', width: 80 }, 'variant space');
  const document = await classesOf({
    sources,
    view: 'user',
    executions: undefined,
    workers: workersFor(undefined, sources.length),
    signal: new AbortController().signal,
    kept: await KeptResults.open<ClassesPart>(file, 'classes --view user'),
    onProgress: (done, total, detail) => progress.update(done, total, detail),
  });
  progress.end();
  const text = variantSpaceManual(document, identity);
  await writeFileAtomically(packagePath('docs', 'variant-space.md'), text);
  const readme = packagePath('README.md');
  const table = variantSpaceTable(document);
  await writeFileAtomically(
    readme,
    withTable(readFileSync(readme, 'utf8'), 'variant space', table),
  );
}

void generate(process.argv[2]);
