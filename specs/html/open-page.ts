/** A real browser for the browser specs. */
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
