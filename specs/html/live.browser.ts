/** The live model on the page of `lzfree run`, in a real browser, opened from disk. */
import type { Page } from 'playwright-core';
import { explored, openPage } from './open-page';
import { pageOfCommand } from './page-of-command';

const opened = pageOfCommand(['run', 'half-written-page']);
let page: Page;
beforeEach(() => {
  page = opened.page;
});

const live = () => page.locator('#live');
const status = () => live().locator('.status');
const scenario = () => live().getByLabel('Scenario', { exact: true });
const text = () => live().getByLabel('Scenario text');
const chosen = () => live().getByRole('heading', { name: 'The chosen execution' });

/** Follows a link into the live model. */
const follow = (link: string) => page.goto(`${opened.url}#live?${link}`);

describe('a link into the live model', () => {
  it.each([
    [
      'a scenario that the page has not',
      'scenario=half-written-pagee&a=base&b=fixed',
      "this page has no scenario 'half-written-pagee' (did you mean 'half-written-page'?)",
    ],
    [
      'a variant that there is not',
      'scenario=half-written-page&a=basis&b=fixed',
      "no variant is called 'basis' (did you mean 'base'?)",
    ],
    [
      'a hunk that there is not',
      'scenario=half-written-page&a=base&b=fixed-p3/mm/rmap/nosuch',
      "no hunk is called 'p3/mm/rmap/nosuch'",
    ],
  ])('with %s says so and runs nothing until that is asked for', async (_, link, message) => {
    await follow(link);
    const refusal = live().getByRole('alert').filter({ hasText: 'what there is not' });
    expect(await refusal.innerText()).toContain(message);
    expect(await status().innerText()).toBe('');
    expect(await live().locator('table').count()).toBe(0);
    await refusal.getByRole('button', { name: /^explore half-written-page on fixed/ }).click();
    await explored(page);
    expect(await refusal.count()).toBe(0);
  });

  it('is refused in the same way where the page opens with it', async () => {
    const other = await opened.browser.newPage();
    await other.goto(`${opened.url}#live?scenario=nosuch&a=base&b=fixed`);
    await other.getByText("this page has no scenario 'nosuch'").waitFor();
    await other.close();
  });

  it.each([
    ['has a thread that there is not', '0x3.7x9', 'step 4: there is no thread 7'],
    ['ends too early', '0x3', 'step 4: the schedule ends there'],
    ['is none', '0y3', "'0y3' in a schedule is no thread"],
  ])('with a schedule that %s says where, and shows none', async (_, steps, message) => {
    await follow(`scenario=half-written-page&a=original&b=fixed&schedule=s1:${steps}`);
    await chosen().waitFor();
    const refusal = live().getByRole('alert').filter({ hasText: 'cannot be followed' });
    expect(await refusal.innerText()).toContain(message);
    expect(await live().locator('.timeline').count()).toBe(0);
    await live().getByRole('button', { name: 'leave the schedule out' }).click();
    await live().getByText('No difference: the two can do the same.').waitFor();
    expect(await chosen().count()).toBe(0);
  });

  it('says where a schedule of one variant does not fit the other', async () => {
    const fitting = page.locator('#answer').getByRole('link', { name: 'show' }).first();
    const schedule = (await fitting.getAttribute('href'))!.split('schedule=')[1];
    await follow(`scenario=half-written-page&a=base&b=fixed&schedule=${schedule}`);
    await chosen().waitFor();
    expect(await live().innerText()).toMatch(
      /on base it does not fit at step \d+: .*left out there/,
    );
    expect(await live().locator('.timeline').count()).toBe(1);
  });
});

describe('a text of the reader', () => {
  const edit = async (): Promise<void> => {
    await text().fill(`${await text().inputValue()}# mine\n`);
    await live()
      .getByText(/^explored your text/)
      .waitFor();
  };

  it('is an entry of the scenarios, from which one comes back to it', async () => {
    const ofSuite = await text().inputValue();
    await edit();
    expect(await scenario().inputValue()).toBe('your text');
    await scenario().selectOption('half-written-page');
    expect(await text().inputValue()).toBe(ofSuite);
    await scenario().selectOption('your text');
    expect(await text().inputValue()).toBe(`${ofSuite}# mine\n`);
  });

  it('is kept beside the next one, and goes where it is typed back', async () => {
    await edit();
    const first = await text().inputValue();
    await scenario().selectOption('fixup-swap-slot');
    const ofSuite = await text().inputValue();
    await text().fill(`${ofSuite}# other\n`);
    expect(await scenario().inputValue()).toBe('your text 2');
    await scenario().selectOption('your text');
    expect(await text().inputValue()).toBe(first);
    await scenario().selectOption('your text 2');
    await text().fill(ofSuite);
    expect(await scenario().inputValue()).toBe('fixup-swap-slot');
    expect(await scenario().locator('option', { hasText: 'your text' }).count()).toBe(1);
  });

  it('stays when one of its executions is shown, whatever name it has', async () => {
    await text().fill((await text().inputValue()).replace('half-written-page', 'mine'));
    await live()
      .getByText(/^explored your text/)
      .waitFor();
    await live().getByRole('link', { name: 'show' }).first().click();
    await chosen().waitFor();
    expect(await scenario().inputValue()).toBe('your text');
    expect(await text().inputValue()).toContain('scenario: mine');
    expect(await scenario().locator('option', { hasText: 'your text' }).count()).toBe(1);
  });
});

describe('an execution of a variant that is held against no other', () => {
  it('claims no comparison', async () => {
    await page.locator('#answer').getByRole('link', { name: 'show' }).last().click();
    await chosen().waitFor();
    expect(await status().innerText()).toBe('explored half-written-page on fixed');
    expect(await live().locator('.matrix').count()).toBe(0);
    await live().getByRole('button', { name: 'close the execution' }).click();
    await chosen().waitFor({ state: 'detached' });
    expect(await live().innerText()).not.toContain('No difference');
  });

  it('is gone to on a phone', async () => {
    const phone = { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' } as const;
    const { page: narrow } = await openPage(opened.browser, opened.url, phone);
    await narrow.locator('#answer').getByRole('link', { name: 'show' }).last().click();
    const heading = narrow.getByRole('heading', { name: 'The chosen execution' });
    await heading.waitFor();
    expect((await heading.boundingBox())!.y).toBeGreaterThanOrEqual(0);
    expect((await heading.boundingBox())!.y).toBeLessThan(844 / 2);
    await narrow.close();
  });
});

describe('the answer to a switch', () => {
  it.each([
    [1280, 800],
    [390, 844],
  ])('is in sight beside a switch far down, %d x %d', async (width, height) => {
    await page.setViewportSize({ width, height });
    await live().getByText('3/6: 26 of 26 in').click();
    const inSight = async (place: ReturnType<Page['locator']>): Promise<boolean> => {
      const box = (await place.boundingBox())!;
      return box.y >= 0 && box.y + box.height <= height;
    };
    const last = live().locator('.switches details', { hasText: '3/6' }).getByRole('checkbox');
    await last.last().uncheck();
    await explored(page);
    expect(await inSight(last.last())).toBe(true);
    expect(await inSight(status())).toBe(true);
    const needed = live().getByLabel('p3/include/linux/rmap/TTU_LAZYFREE');
    await needed.uncheck();
    const refusal = live().getByRole('alert').filter({ hasText: 'would not compile' });
    expect(await inSight(needed)).toBe(true);
    expect(await inSight(refusal)).toBe(true);
  });
});
