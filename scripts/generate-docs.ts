/** Makes the tables of docs/scenarios.md and the list of docs/promises.md anew from what exists. */
import { readFileSync } from 'node:fs';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { withPromises } from './views/promises-manual';
import { withTables } from './views/scenario-manual';

const renew = (name: string, make: (text: string) => string): void => {
  const path = packagePath('docs', name);
  void writeFileAtomically(path, make(readFileSync(path, 'utf8')));
};

renew('scenarios.md', withTables);
renew('promises.md', withPromises);
