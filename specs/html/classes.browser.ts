/** The page of `lzfree classes` in a real browser, opened from disk. */
import type { Page } from 'playwright-core';
import { inspect, LOOKS } from './open-page';
import { pageOfCommand } from './page-of-command';

const names = ['half-written-page', 'huge-page-is-dropped-whole'];
const opened = pageOfCommand(['classes', ...names, '--workers', '1']);
let page: Page;
beforeEach(() => {
  page = opened.page;
});

const tree = (scenario: string) =>
  page.locator('article', { has: page.getByRole('heading', { name: scenario }) });
const line = (scenario: string, hunk: string) =>
  tree(scenario).getByRole('listitem').filter({ hasText: hunk }).last();

describe('the page of classes, from disk', () => {
  it('loads without a complaint of the browser, and asks first for what decides most', async () => {
    expect(opened.complaints).toEqual([]);
    const first = tree('half-written-page').locator('.decisions > li').first();
    expect(await first.innerText()).toMatch(
      /^− without p3\/mm\/madvise\/madvise_behavior_valid\s+→ class 1, 7,903,589,760 variants, with base/,
    );
  });

  it('leads from a leaf to its class, and to a run of one of its variants', async () => {
    const leaf = line('half-written-page', 'p3/mm/memory/zap_pte_range');
    await leaf.getByRole('link', { name: /^class / }).click();
    const target = page.locator(new URL(page.url()).hash);
    expect(await target.innerText()).toMatch(/variants/);
    await leaf.getByRole('link', { name: 'run one' }).click();
    await page
      .locator('#live')
      .getByText('explored half-written-page on fixed-p3/mm/memory/zap_pte_range, held against')
      .waitFor();
  });

  it('finds the trees that ask for a hunk, and marks it', async () => {
    await page.getByLabel('Trees that ask for').fill('shrink_inactive_list');
    expect(await page.locator('#classes [role=status]').innerText()).toBe('1 of 2 scenarios');
    const marks = await page.locator('.decisions mark').allInnerTexts();
    expect(new Set(marks)).toEqual(new Set(['p3/mm/vmscan/shrink_inactive_list']));
    expect(await page.locator('.decisions mark').first().isVisible()).toBe(true);
  });

  it.each(LOOKS)('passes the checks of axe, %s and %d pixels wide', async (...look) => {
    expect(await inspect(opened.browser, opened.url, look)).toEqual({
      violations: [],
      overflow: 0,
    });
  });
});
