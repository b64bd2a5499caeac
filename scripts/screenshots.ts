/**
 * Renews the pictures of docs/images from pages of `review`, `matrix` and `classes`, as docs/report.md makes
 * them. CHROMIUM names the browser; the folder of the pages is the only argument.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { packagePath } from './cli/package-root';

const DESKTOP = { width: 1200, height: 800 };
const PHONE = { width: 375, height: 720 };

/** A picture: its page, the part of that at its top, and the size of the window. */
const PICTURES = [
  { name: 'answer', file: 'index', part: 'header', size: DESKTOP, colorScheme: 'light' },
  {
    name: 'timeline',
    file: 'index',
    part: '#differences .timeline',
    size: DESKTOP,
    colorScheme: 'light',
  },
  { name: 'live', file: 'index', part: '#live', size: DESKTOP, colorScheme: 'dark' },
  {
    name: 'phone',
    file: 'index',
    part: '#differences .timeline',
    size: PHONE,
    colorScheme: 'light',
  },
  { name: 'matrix', file: 'matrix', part: '#matrix .legend', size: DESKTOP, colorScheme: 'light' },
  { name: 'classes', file: 'classes', part: '#classes h3', size: DESKTOP, colorScheme: 'light' },
] as const;

async function take(page: Page, { name, part }: (typeof PICTURES)[number]): Promise<void> {
  await page.locator('#live [role=status]', { hasText: /^explored/ }).waitFor();
  await page
    .locator(part)
    .first()
    .evaluate((element) => element.scrollIntoView({ behavior: 'instant' }));
  await page.screenshot({ path: packagePath('docs', 'images', `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  const executablePath = process.env['CHROMIUM'];
  if (folder === undefined || executablePath === undefined) {
    throw new Error(
      'screenshots: give the folder of the pages, as docs/report.md makes them, and set CHROMIUM',
    );
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const picture of PICTURES) {
    const { file, size: viewport, colorScheme } = picture;
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(pathToFileURL(join(resolve(folder), `${file}.html`)).href);
    await take(page, picture);
    await page.close();
  }
  await browser.close();
}

void main();
