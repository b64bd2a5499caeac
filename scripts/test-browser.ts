/**
 * Runs the browser specs. Looks for a Chromium (CHROMIUM names one, or it is on the PATH), installs
 * Debian's where that is possible, and says so when there is none: then nothing was checked.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from './cli/package-root';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env['CHROMIUM'] ?? '', ...candidates].find(isExecutable);
}

function isExecutable(path: string): boolean {
  if (path === '') return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program with its output shown. @returns whether it ran and succeeded. */
function succeeds(file: string, args: readonly string[], env = process.env): boolean {
  return spawnSync(file, args, { cwd: packageRoot(), stdio: 'inherit', env }).status === 0;
}

function installBrowser(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--quiet', '--no-install-recommends', 'chromium'];
  if (!succeeds('apt-get', ['update', '--quiet'], env)) return undefined;
  return succeeds('apt-get', install, env) ? findBrowser() : undefined;
}

const browser = findBrowser() ?? installBrowser();
if (browser === undefined) {
  console.log(
    'No browser: the browser specs did NOT run. Install chromium, or name one in CHROMIUM.',
  );
} else {
  console.log(`browser: ${browser}`);
  const jest = ['jest', '--config', 'jest.browser.config.ts', '--passWithNoTests'];
  if (!succeeds('npx', jest, { ...process.env, CHROMIUM: browser })) process.exitCode = 1;
}
