/** Writes docs/kernel-map.md. */
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { kernelMap } from './kernel-map';

void writeFileAtomically(packagePath('docs', 'kernel-map.md'), kernelMap());
