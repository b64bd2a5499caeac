/** The page of `lzfree serve` in a real browser. */
import type { Browser } from 'playwright-core';
import { servePage, type PageServer } from '../../scripts/html/server';
import { pageOf } from '../../scripts/html/write-page';
import { launchBrowser, openPage } from './open-page';

let browser: Browser;
let server: PageServer;
beforeAll(async () => {
  server = await servePage(await pageOf('The live model', null, 'lzfree serve'), 0);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the served page', () => {
  it('explores at once, without a complaint of the browser', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    const live = page.locator('#live');
    expect(await live.locator('.matrix .verdict').allInnerTexts()).toEqual([
      '= equal',
      '+ gained',
      '+ gained',
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
