// What import says of an unknown hunk: what it is like, why it was not known, what comes next.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import { runCli } from '../cli/run-cli';

const POSTED = readFileSync(join(__dirname, '../../patches/variants/by-signature.patch'), 'utf8');

const diff = (file: string, head: string, ...lines: readonly string[]): string =>
  [`--- a/${file}`, `+++ b/${file}`, head, ...lines, ''].join('\n');

async function nearestOf(text: string) {
  const { unknown } = importPatch(await readPatch(Buffer.from(text)));
  return unknown.map(({ nearest }) => nearest?.id);
}

describe('the known hunk that an unknown one is most like', () => {
  it.each([
    ['with one symbol of another file', 'if (PageLazyFree(page) && other)'],
    ['with the words of another file', 'if (!page_freeze_refs(anon_mapping, 2))'],
  ])('is of its own function, %s', async (_, code) => {
    const head = '@@ -800,1 +800,1 @@ static unsigned long shrink_page_list(struct list_head *page_list,';
    const text = diff('mm/vmscan.c', head, '-\tif (page_freeze_refs(page, 1))', `+\t${code}`);
    expect(await nearestOf(text)).toEqual(['p3/mm/vmscan/shrink_page_list']);
  });

  it('is none of another file for a single symbol', async () => {
    const text = diff('mm/oom_kill.c', '@@ -1,1 +1,1 @@', '-x();', '+PageLazyFree(page);');
    expect(await nearestOf(text)).toEqual([undefined]);
  });

  it('is found though the change begins within a comment', async () => {
    const text = POSTED.replace('#define PAGE_MAPPING_LZFREE 4', '#define PAGE_MAPPING_LZFREE 8');
    expect(text).not.toBe(POSTED);
    expect(await nearestOf(text)).toEqual(['p3/include/linux/mm/PAGE_MAPPING_LZFREE']);
  });
});

describe('an unknown hunk', () => {
  const BARE = /It shows no lines around its change, by which it would be placed: diff -U3 writes them/;
  const hunk = (head: string, ...more: readonly string[]) =>
    diff('mm/memory.c', head, ...more, '+\t\t\t\tif (details->lazy_free && PageAnon(page)) {');

  it('without any context is said to lack it, where it is like a known one', async () => {
    const bare = await runCli(['import', '-'], { stdin: hunk('@@ -1095,0 +1096,1 @@ again:') });
    expect(bare.stdout).toMatch(BARE);
    const placed = await runCli(['import', '-'], { stdin: hunk('@@ -1,1 +1,2 @@ again:', ' x();') });
    expect(placed.stdout).not.toMatch(BARE);
  });

  it('comes with the command for the patch without it, and that says so', async () => {
    const stdin = POSTED.replace('if (vma->vm_file)', 'if (!vma->vm_file)');
    const { stdout } = await runCli(['import', '-'], { stdin });
    expect(stdout).toMatch(
      /\nNext, for the patch without that hunk: lzfree import - --ignore-unknown\n\nOr put what/,
    );
  });
});
