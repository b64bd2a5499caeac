/** Makes the tables of docs/scenarios.md anew from the operations that exist. */
import { readFileSync } from 'node:fs';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { withTables } from './views/scenario-manual';

const path = packagePath('docs', 'scenarios.md');

void writeFileAtomically(path, withTables(readFileSync(path, 'utf8')));
