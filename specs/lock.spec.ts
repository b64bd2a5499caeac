/** `npm ci`, the first thing that anyone runs, refuses a lock file that leaves a package out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  readonly version?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(readFileSync(join(__dirname, '..', 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** Whether a package is locked where Node would look for it from a folder. */
function isLocked(name: string, folder: string): boolean {
  if (lock.packages[join(folder, 'node_modules', name)]?.version !== undefined) return true;
  const above = folder.lastIndexOf('node_modules');
  return above >= 0 && isLocked(name, folder.slice(0, above).replace(/\/$/, ''));
}

describe('package-lock.json', () => {
  it('has every package that a locked one names, for other platforms too', () => {
    const missing = Object.entries(lock.packages).flatMap(([folder, locked]) =>
      Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
        .filter((name) => !isLocked(name, folder))
        .map((name) => `${folder} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
