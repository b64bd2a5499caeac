/** Writes docs/scenarios.md from the operations that exist. */
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { scenarioManual } from './views/scenario-manual';

void writeFileAtomically(packagePath('docs', 'scenarios.md'), scenarioManual());
