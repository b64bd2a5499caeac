/** The page that a command writes, opened from disk anew for each spec of a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { runCli } from '../cli/run-cli';
import { launchBrowser, openPage, type OpenPage } from './open-page';

export interface PageOfCommand extends OpenPage {
  readonly browser: Browser;
  readonly url: string;
}

/** Runs the command with `--html` before all specs of the file. @returns what is open, while they run */
export function pageOfCommand(words: readonly string[]): PageOfCommand {
  const folder = mkdtempSync(join(tmpdir(), 'lzfree-page-'));
  const url = pathToFileURL(join(folder, 'index.html')).href;
  const opened = { url } as { -readonly [K in keyof PageOfCommand]: PageOfCommand[K] };
  beforeAll(async () => {
    expect(await runCli([...words, '--html', folder])).toMatchObject({ code: 0 });
    opened.browser = await launchBrowser();
  });
  afterAll(async () => {
    await opened.browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    Object.assign(opened, await openPage(opened.browser, url));
  });
  afterEach(() => opened.page.close());
  return opened;
}
