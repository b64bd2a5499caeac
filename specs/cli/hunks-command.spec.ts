import { HUNKS } from '../../model/features/hunk-table';
import { requires } from '../../model/features/requires';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import type { ReportedSwitch } from '../../scripts/hunk-report';
import { runCli } from './run-cli';

const out = async (...argv: string[]) => (await runCli(['hunks', ...argv])).stdout;
const needs = SWITCH_IDS.flatMap((id) => requires(id).map(({ from }) => ({ id, from })));

describe('lzfree hunks', () => {
  it('says on its first line how many of the switches are pinned', async () => {
    const [first] = (await out()).split('\n');
    expect(first).toMatch(/^\d+ of \d+ acting switches pinned/);
  });

  it('names every switch once, in the order of the series', async () => {
    const heads = (await out()).split('\n').filter((line) => /^(p\d|fixup)\//.test(line));
    expect(heads).toEqual(SWITCH_IDS);
  });

  it.each([[], ['--graph']])('fits 80 columns (%p)', async (...argv) => {
    const lines = (await out(...argv)).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('gives all of it as JSON', async () => {
    const document = JSON.parse(await out('--json')) as { switches: ReportedSwitch[] };
    expect(document.switches.map(({ id }) => id)).toEqual(SWITCH_IDS);
    expect(new Set(document.switches.map(({ hunk }) => hunk)).size).toBe(HUNKS.length);
  });

  it('says in what a hunk of the mail is placed and by what it is pinned', async () => {
    expect(await out()).toContain(
      [
        'fixup/mm/swap_state/free_pages_and_swap_cache',
        '  modelled at   model/mm/swap_state.ts:free_pages_and_swap_cache',
        '  pinned by     fixup-swap-slot',
      ].join('\n'),
    );
  });
});

describe('lzfree hunks --graph', () => {
  it('marks what the text of the mail shows and what only facts say', async () => {
    const text = await out('--graph');
    expect(text).toMatch(/needs MarkLazyFree from \S+ \(text\)/);
    expect(text).toMatch(/needs NR_LAZYFREE_PAGES from \S+\s+\(facts\)/);
  });

  it('draws one arrow for each need', async () => {
    const dot = await out('--graph=dot');
    const mermaid = await out('--graph=mermaid');
    expect(dot.match(/ -> /g)).toHaveLength(needs.length);
    expect(mermaid.match(/ (-->|-\.->)\|/g)).toHaveLength(needs.length);
    for (const { id, from } of needs) expect(dot).toContain(`"${id}" -> "${from}"`);
  });

  it('refuses a form that it does not know, with the nearest one', async () => {
    const { code, stderr } = await runCli(['hunks', '--graph=dit']);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain("did you mean 'dot'?");
  });
});
