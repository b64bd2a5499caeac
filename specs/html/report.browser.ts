/** The page of `lzfree review` in a real browser, opened from disk. */
import type { Page } from 'playwright-core';
import { explored, inspect, LOOKS, openPage } from './open-page';
import { pageOfCommand } from './page-of-command';

const opened = pageOfCommand(['review']);
let page: Page;
beforeEach(() => {
  page = opened.page;
});

const live = () => page.locator('#live');
const fixup = () => live().getByLabel('fixup/mm/swap_state/free_pages_and_swap_cache');
/** Verdicts of the live model, by level. */
const verdicts = () => live().locator('.matrix .verdict').allInnerTexts();
/** The outcomes of the live model with their traces. */
const outcomes = () => live().locator('table', { hasText: 'what a program sees' }).innerText();

describe('the page of a review, from disk', () => {
  it('loads without a complaint of the browser, and says the answer first', async () => {
    expect(opened.complaints).toEqual([]);
    expect(await page.locator('h1').innerText()).toContain(
      'original -> fixed: no program sees a difference; an administrator sees one in 1 scenario',
    );
  });

  it('begins where the two variants part, and the slider steps on and back', async () => {
    const timeline = page.locator('#differences .timeline');
    const slider = timeline.getByRole('slider');
    const current = timeline.locator('tr[aria-current=step]');
    const state = timeline.getByRole('group', { name: /^State after/ });
    expect(await current.innerText()).toContain('free_swap_cache > trylock_page');
    const at = Number(await slider.inputValue());
    await slider.press('ArrowRight');
    expect(await slider.inputValue()).toBe(String(at + 1));
    expect(await current.innerText()).toContain('delete_from_swap_cache');
    const flags = state.locator('tr', { hasText: 'flags' });
    expect(await flags.locator('mark').innerText()).toContain('locked uptodate lru swapbacked');
    await slider.press('ArrowLeft');
    expect(await flags.locator('mark').innerText()).toContain('swapcache');
    await slider.press('Home');
    expect(await state.getAttribute('aria-label')).toBe('State after step 0');
    expect(await state.locator('mark').count()).toBe(0);
  });

  it('tells what all small programs add, each kind of difference with its interleaving', async () => {
    const searched = page.locator('#searched');
    expect(await searched.locator('.levels tbody tr').first().innerText()).toMatch(/2 operations$/);
    const kinds = searched.locator('details', { has: page.locator('.timeline') });
    expect(await kinds.count()).toBe(2);
    await kinds.first().locator('summary').first().click();
    expect(await kinds.first().getByRole('slider').isVisible()).toBe(true);
  });

  it('has a live model that finds what the document says', async () => {
    expect(await verdicts()).toEqual(['= equal', '+ gained', '+ gained']);
    const steps = await live().locator('.steps table').innerText();
    expect(steps).toMatch(/^madvise > sys_madvise$/m);
  });

  it('opens a scenario of the matrix to what stands behind it', async () => {
    const row = page.locator('#scenarios').getByRole('button', { name: 'half-written-page' });
    await row.click();
    expect(await row.getAttribute('aria-expanded')).toBe('true');
    await page.locator('#scenarios').getByRole('link', { name: 'live model' }).click();
    await live().getByText('explored half-written-page').waitFor();
    expect(new URL(page.url()).hash).toContain('scenario=half-written-page');
  });

  it.each(LOOKS)('passes the checks of axe, %s and %d pixels wide', async (...look) => {
    expect(await inspect(opened.browser, opened.url, look)).toEqual({
      violations: [],
      overflow: 0,
    });
  });
});

describe('the live model', () => {
  it('loses the difference with the fixup, and finds it again with it', async () => {
    const [before, verdictsBefore] = [await outcomes(), await verdicts()];
    await fixup().uncheck();
    await live().getByText('explored fixup-swap-slot on original').waitFor();
    expect(await verdicts()).toEqual([]);
    expect(await live().innerText()).toContain('Choose another variant to hold it against');
    expect(
      await page
        .locator('#patch')
        .getByLabel(/^fixup/)
        .isChecked(),
    ).toBe(false);
    await fixup().check();
    await live().getByText('explored fixup-swap-slot on fixed').waitFor();
    expect(await verdicts()).toEqual(verdictsBefore);
    expect(await outcomes()).toBe(before);
  });

  it('shows no change by the fixup where no page is shared by KSM', async () => {
    await live().getByLabel('Scenario', { exact: true }).selectOption('half-written-page');
    await live().getByText('explored half-written-page on fixed').waitFor();
    const before = (await outcomes()).replaceAll('fixed', '');
    await fixup().uncheck();
    await live().getByText('explored half-written-page on original').waitFor();
    expect((await outcomes()).replaceAll('original', '')).toBe(before);
  });

  it('refuses what C would not compile, says why, and mends it', async () => {
    await live().getByText('3/6: 26 of 26 in').click();
    await live().getByLabel('p3/include/linux/rmap/TTU_LAZYFREE').uncheck();
    const refusal = live().getByRole('alert').filter({ hasText: 'would not compile' });
    expect(await refusal.innerText()).toContain('needs TTU_LAZYFREE');
    await refusal.getByRole('button', { name: 'add what is needed' }).first().click();
    await explored(page);
    expect(await refusal.count()).toBe(0);
    expect(await live().getByLabel('p3/include/linux/rmap/TTU_LAZYFREE').isChecked()).toBe(true);
  });

  it('shows an error in the scenario at its line', async () => {
    const text = live().getByLabel('Scenario text');
    const valid = await text.inputValue();
    await text.fill(valid.replace('madvise a DONTNEED', 'madvise a DONTNED'));
    const alert = live().locator('.editor [role=alert]');
    await alert.filter({ hasText: 'DONTNED' }).waitFor();
    const line = valid.split('\n').findIndex((each) => each.includes('a DONTNEED')) + 1;
    expect(await alert.innerText()).toContain(`line ${line}, column`);
    expect(await live().locator('.gutter .wrong').innerText()).toMatch(new RegExp(`${line}\\s*$`));
    expect(await text.getAttribute('aria-invalid')).toBe('true');
    await text.fill(valid);
    await live().getByText('explored fixup-swap-slot on fixed').waitFor();
    expect(await alert.innerText()).toBe('');
  });

  it('leads back by its address to scenario, variants, text and schedule', async () => {
    await live().getByRole('link', { name: 'show' }).last().click();
    await live().getByText('The chosen execution').waitFor();
    const text = live().getByLabel('Scenario text');
    await text.fill(`${await text.inputValue()}# mine\n`);
    await live().getByText('explored your text on fixed').waitFor();
    await fixup().uncheck();
    await live().getByText('explored your text on original').waitFor();
    await live().getByRole('link', { name: 'show' }).first().click();
    await live().getByText('The chosen execution').waitFor();
    const again = await openPage(opened.browser, page.url());
    await again.page.locator('#live').getByText('The chosen execution').waitFor();
    expect(await again.page.locator('#live').innerText()).toBe(await live().innerText());
    expect(again.complaints).toEqual([]);
    await again.page.close();
  });
});
