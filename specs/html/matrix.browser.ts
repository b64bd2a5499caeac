/** The page of `lzfree matrix` in a real browser, opened from disk. */
import type { Page } from 'playwright-core';
import { inspect, LOOKS } from './open-page';
import { pageOfCommand } from './page-of-command';

const opened = pageOfCommand([
  'matrix',
  ...['zero-page-is-simply-zapped', 'half-written-page', 'freed-page-keeps-rss'],
]);
let page: Page;
beforeEach(() => {
  page = opened.page;
});

const map = () => page.getByRole('grid');
const focused = () => page.locator('[data-cell]:focus');
const detail = () => map().locator('.drill');

describe('the page of a matrix, from disk', () => {
  it('loads without a complaint of the browser, and shows every cell', async () => {
    expect(opened.complaints).toEqual([]);
    expect(await map().getByRole('gridcell').count()).toBe(3 * 51 + 1);
    const row = map().getByRole('row', { name: /^zero-page-is-simply-zapped/ });
    const [base, original] = await row.getByRole('gridcell').allInnerTexts();
    expect([base, original]).toEqual(['U', '=']);
  });

  it('is walked with the arrow keys, and opens the cell that they have come to', async () => {
    await map().getByRole('gridcell', { name: 'user' }).first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    expect(await focused().getAttribute('data-cell')).toBe('half-written-page base');
    await page.keyboard.press('Enter');
    expect(await detail().innerText()).toContain('half-written-page on base: a program sees');
    expect(
      await detail()
        .getByRole('row', { name: /^results / })
        .count(),
    ).toBeGreaterThan(0);
    await page.keyboard.press('ArrowDown');
    expect(await focused().getAttribute('data-cell')).toBe('freed-page-keeps-rss base');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await detail().count()).toBe(0);
  });

  it('leads from a cell to its hunk and to all outcomes in the live model', async () => {
    await page
      .locator('[data-cell="zero-page-is-simply-zapped p3/mm/memory/zap_pte_range"]')
      .click();
    expect(await detail().innerText()).toContain('The hunk in the whole matrix: Without it');
    await detail().getByRole('link', { name: 'Every outcome' }).click();
    const live = page.locator('#live');
    await live.getByText('explored zero-page-is-simply-zapped on fixed-p3/mm/memory').waitFor();
    await detail().getByRole('link', { name: 'All its scenarios' }).click();
    const target = page.locator(new URL(page.url()).hash);
    expect(await target.innerText()).toContain('p3/mm/memory/zap_pte_range');
  });

  it('shows the rows and columns that a level or a name leaves', async () => {
    await page.getByLabel('Hunk or scenario').fill('vmstat');
    expect(
      await map()
        .getByRole('columnheader', { name: /vmstat/ })
        .count(),
    ).toBe(2);
    await page.getByLabel('Show').selectOption('user');
    const shown = await map().getByRole('gridcell').allInnerTexts();
    expect(shown.filter((text) => text !== '' && !text.startsWith('U'))).toEqual([]);
    await page.getByLabel('Hunk or scenario').fill('no-such');
    expect(await page.locator('#matrix [role=status]').innerText()).toContain('0 scenarios');
  });

  it('tells a phone the same hunk by hunk', async () => {
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await map().isVisible()).toBe(false);
    const hunk = page.locator('article', { hasText: 'p3/mm/madvise/madvise_vma' });
    await hunk.locator('summary').click();
    await hunk.getByRole('button', { name: 'half-written-page' }).click();
    expect(await hunk.innerText()).toMatch(
      /lzfree diff fixed fixed-\S*-p3\/mm\/madvise\/madvise_vma half-written-page/,
    );
  });

  it('prints all of the map on paper laid across', async () => {
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 1060, height: 700 });
    const width = await map().evaluate((table) => table.getBoundingClientRect().right);
    expect(width).toBeLessThan(1060);
    expect(await page.getByLabel('Hunk or scenario').isVisible()).toBe(false);
  });

  it.each(LOOKS)('passes the checks of axe, %s and %d pixels wide', async (...look) => {
    expect(await inspect(opened.browser, opened.url, look)).toEqual({
      violations: [],
      overflow: 0,
    });
  });
});
