/** The page as a file: what it holds without any script, and that nothing in it can break out. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HuntDocument } from '../../scripts/hunt-document';
import type { PageData } from '../../scripts/html/page-data';
import { inlineJson, pageHtml } from '../../scripts/html/page';
import { runCli } from '../cli/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ASSETS = { script: 'var x = "</script><!--";', style: 'p { margin: 0 }' };
const EMPTY = {
  version: '0',
  command: 'lzfree serve',
  document: null,
  scenarios: [{ name: 'x', title: 'x', file: 'x.yaml', text: 'scenario: x\n' }],
  switches: [],
};

/** What a reader sees of a page. */
const textOf = (html: string): string =>
  html
    .replace(/<(script|style).*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

/** The text of an element that has this id, up to its end tag. */
const element = (html: string, id: string): string =>
  new RegExp(`id="${id}">(.*?)</script>`, 's').exec(html)![1];

describe('a page', () => {
  const answer = 'equal </script><script>alert(1)</script> & <b>';
  const html = pageHtml({ ...EMPTY, answer }, ASSETS);

  it('shows what the document says, not what its text would do', () => {
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('equal &lt;/script>&lt;script>alert(1)&lt;/script> &amp; &lt;b>');
  });

  it('holds its data so that it reads back as it was', () => {
    expect(JSON.parse(element(html, 'data'))).toEqual({ ...EMPTY, answer });
    expect(inlineJson('\u2028</script>')).toBe('"\\u2028\\u003c/script\\u003e"');
  });

  it('allows its own script and style by their hashes, and no network', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)![1];
    const hash = (text: string) => createHash('sha256').update(text).digest('base64');
    expect(policy).toContain(`script-src 'sha256-${hash(element(html, 'script'))}'`);
    expect(policy).toContain(`style-src 'sha256-${hash(ASSETS.style)}'`);
    expect(policy).toContain(`default-src 'none'`);
  });

  it('keeps the meaning of a script that names the end of a script', () => {
    const code = element(html, 'script');
    expect(new Function(`${code}; return x;`)()).toBe('</script><!--');
  });
});

describe('diff --html', () => {
  const out = join(folder, 'report');

  it('writes a page with the answer, the witness and the live model in it', async () => {
    const { code, stderr } = await runCli([
      ...['diff', 'original', 'fixed', 'fixup-swap-slot', 'half-written-page'],
      ...['--html', out],
    ]);
    expect(stderr).toContain(join(out, 'index.html'));
    expect(code).toBe(1);
    expect(readdirSync(out)).toEqual(['index.html']);
    const html = readFileSync(join(out, 'index.html'), 'utf8');
    const text = html.replace(/<script.*?<\/script>/gs, '').replace(/<[^>]+>/g, ' ');
    expect(text).toContain('different: original and fixed in 1 of 2 scenarios');
    expect(text).toContain('try_to_free_swap > delete_from_swap_cache');
    expect(text).toMatch(/lzfree replay fixup-swap-slot s1:\S+ --variant fixed/);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('leaves nothing behind where the page cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'mine');
    const command = ['diff', 'original', 'fixed', 'half-written-page', '--html', join(file, 'x')];
    const { code, stdout, stderr } = await runCli(command);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^lzfree diff: cannot write '.*a-file.x': [^\n]+\n$/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('the command that a page is from', () => {
  it.each([
    ['run half-written-page', 'run half-written-page --variant fixed'],
    ['classes both-owners-free', 'classes both-owners-free --view user'],
    ['hunt original --until-size 1', 'hunt original --until-size 1 --seed 1 --executions 1000'],
    [
      'diff original fixed half-written-page --by-states',
      'diff original fixed half-written-page --by-states',
    ],
  ])('of %s names scenarios and bounds', async (typed, command) => {
    const out = join(folder, 'made.html');
    await runCli([...typed.split(' '), '--json', '--html', out]);
    expect(textOf(readFileSync(out, 'utf8'))).toContain(`Made by lzfree ${command}`);
  });
});

describe('the page of a search', () => {
  it('tells who sees the difference, the smallest program, and what was searched', async () => {
    const out = join(folder, 'search.html');
    const command = ['diff', 'original', 'fixed', '--search', '--workers', '1'];
    const { code } = await runCli([...command, '--beginning', 'merged-swap-cached', '--html', out]);
    expect(code).toBe(1);
    const text = textOf(readFileSync(out, 'utf8'));
    expect(text).toContain('user a program – 2 operations');
    expect(text).toContain('system an administrator 2 operations and more 1 operation');
    expect(text).toContain('1. system level, only fixed: freePages');
    expect(text).toContain('threads: P0/T0: - madvise a FREE P0/T1: - madvise a DONTNEED');
    expect(text).toContain('try_to_free_swap > delete_from_swap_cache');
    expect(text).toMatch(/lzfree replay DIR\/\S+ s1:\S+ --variant fixed ?, after lzfree diff/);
    expect(text).toContain(
      'after lzfree diff original fixed --search --beginning merged-swap-cached --save DIR',
    );
    expect(text).toContain('merged-swap-cached merged by KSM, swapped out');
  });
});

describe('the page of a hunt', () => {
  it('tells each broken promise with its program, and leads to it in the live model', async () => {
    const out = join(folder, 'hunt.html');
    const command = ['hunt', 'original', '--until-size', '1', '--workers', '1'];
    const { code, stdout } = await runCli([...command, '--json', '--html', out]);
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as HuntDocument;
    expect(findings.length).toBeGreaterThan(0);
    const html = readFileSync(out, 'utf8');
    for (const { promise, states, smallest } of findings) {
      expect(textOf(html)).toContain(promise);
      expect(textOf(html)).toContain(states);
      expect(html).toContain(`#live?scenario=${smallest.name}&amp;a=base&amp;b=original`);
    }
    const { scenarios } = JSON.parse(element(html, 'data')) as PageData;
    const names = scenarios.map(({ name }) => name);
    expect(names).toContain(findings[0]!.smallest.name);
  });
});
