/** The pages of a hunt and of a search in a real browser, opened from disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { runCli } from '../cli/run-cli';
import { inspect, launchBrowser, LOOKS, openPage } from './open-page';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-others-'));
const urlOf = (name: string): string => pathToFileURL(join(folder, name, 'index.html')).href;
let browser: Browser;

const COMMANDS: readonly (readonly [name: string, words: readonly string[]])[] = [
  ['hunt', ['hunt', 'original', '--until-size', '1']],
  ['search', ['diff', 'original', 'fixed', '--search', '--beginning', 'merged-swap-cached']],
];

beforeAll(async () => {
  for (const [name, words] of COMMANDS) {
    const { code } = await runCli([...words, '--workers', '1', '--html', join(folder, name)]);
    expect(code).toBe(1);
  }
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the page of a hunt, from disk', () => {
  it('loads without a complaint of the browser, and runs what was found', async () => {
    const { page, complaints } = await openPage(browser, urlOf('hunt'));
    const finding = page.locator('#answer article').first();
    await finding.getByRole('link', { name: 'Open it in the live model' }).first().click();
    const live = page.locator('#live');
    await live.locator('[role=status]', { hasText: /^explored \S+ on original/ }).waitFor();
    await live.getByRole('heading', { name: 'The chosen execution' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(LOOKS)('passes the checks of axe, %s and %d pixels wide', async (...look) => {
    expect(await inspect(browser, urlOf('hunt'), look)).toEqual({ violations: [], overflow: 0 });
  });
});

describe('the page of a search, from disk', () => {
  it('loads without a complaint of the browser, and steps through the smallest program', async () => {
    const { page, complaints } = await openPage(browser, urlOf('search'));
    const slider = page.locator('#differences').getByRole('slider').first();
    const at = Number(await slider.inputValue());
    await slider.press('ArrowRight');
    expect(await slider.inputValue()).toBe(String(at + 1));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('opens on paper the texts that its lines are numbered by', async () => {
    const { page } = await openPage(browser, urlOf('search'));
    const texts = page.locator('#differences article').first().locator('pre');
    expect(await texts.first().isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await texts.count()).toBe(2);
    for (const text of await texts.all()) expect(await text.isVisible()).toBe(true);
    await page.close();
  });

  it.each(LOOKS)('passes the checks of axe, %s and %d pixels wide', async (...look) => {
    expect(await inspect(browser, urlOf('search'), look)).toEqual({ violations: [], overflow: 0 });
  });
});
