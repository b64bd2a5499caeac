/** A real browser for the browser specs. */
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Starts the browser that CHROMIUM names. @throws if none is named */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'];
  if (executablePath === undefined) throw new Error('CHROMIUM names no browser');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page that keeps what the browser complains about. */
export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions that nobody caught. */
  readonly complaints: readonly string[];
}

/** Opens a page and waits until the live model has answered. */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log' && message.type() !== 'info') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  await explored(page);
  return { page, complaints };
}

/** Waits until the live model has an answer for what is asked. */
export async function explored(page: Page): Promise<void> {
  await page.locator('#live [role=status]', { hasText: /^(not )?explored/ }).waitFor();
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A light and a dark page on a desk and on a phone. */
export const LOOKS = [
  ['light', 1280],
  ['dark', 1280],
  ['light', 375],
  ['dark', 375],
] as const;

/** What axe finds on a page, and by how many pixels it is wider than the window. */
export async function inspect(
  browser: Browser,
  url: string,
  [colorScheme, width]: (typeof LOOKS)[number],
): Promise<{ violations: unknown; overflow: unknown }> {
  const viewport = { width, height: 900 };
  const { page } = await openPage(browser, url, { colorScheme, viewport, bypassCSP: true });
  await page.evaluate(axe);
  const violations = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
      id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 150)).join(' ')))`,
  );
  const overflow = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  await page.close();
  return { violations, overflow };
}
