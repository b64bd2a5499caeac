// The copies in patches/variants/, each edited by hand in one way; its README says which.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HunkId } from '../../model/features/hunk-id';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { importPatch, variantToRun } from '../../model/patch/import-patch';
import type { ImportedPatch } from '../../model/patch/import-patch';
import type { RestRule } from '../../model/patch/imported-variant';
import { readPatch } from '../../model/patch/read-patch';
import { runCli } from '../cli/run-cli';
import { DIFF } from './samples';

const FOLDER = join(__dirname, '../../patches/variants');
const MAIL = join(__dirname, '../../patches/rfc-3of6-reply.txt');
const SWAP_FREE = 'p3/mm/swap_state/free_pages_and_swap_cache';
const SHRINK = 'p3/mm/vmscan/shrink_page_list';
const IF_TAGGED = '+\t\tif (PageLazyFree(page)) {\n+\t\t\tint';
const KSM = ['get_mergeable_page', 'try_to_merge_one_page', 'scan_get_next_rmap_item'];

async function load(file: string, rest?: RestRule): Promise<ImportedPatch> {
  return importPatch(await readPatch(readFileSync(join(FOLDER, file))), rest);
}

/** How many hunks were found in which way. */
function counts({ report }: ImportedPatch): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { match } of report.hunks) all[match] = (all[match] ?? 0) + 1;
  return all;
}

const matchOf = ({ report }: ImportedPatch, id: HunkId) =>
  report.hunks.filter(({ ids }) => ids.includes(id)).map(({ match }) => match);

const plain = { exact: 20, moved: 1, 'by-signature': 2 };

const EXPECTED: Readonly<Record<string, [string, Record<string, number>]>> = {
  'by-signature.patch': ['original', plain],
  'bare-crlf.diff': ['original', plain],
  'base64.eml': ['original', plain],
  'quoted-printable.eml': ['original', plain],
  'reply-with-remarks.eml': ['original', plain],
  'moved.patch': ['original', { moved: 21, 'by-signature': 2 }],
  'reformatted.patch': ['original', { exact: 15, reformatted: 5, moved: 1, 'by-signature': 2 }],
  'split-hunk.patch': ['original', { exact: 19, moved: 3, 'by-signature': 2 }],
  'joined-hunks.patch': ['original', { exact: 18, moved: 2, 'by-signature': 2 }],
  'extra-comment.patch': ['original', { ...plain, comments: 1 }],
  'squashed-fixup.patch': ['fixed', plain],
  'renamed-series.mbox': ['fixed', { ...plain, exact: 21 }],
  'whole-series.mbox': ['fixed', { ...plain, 'by-signature': 21 }],
  'series-without-ksm.mbox': [
    `fixed${KSM.map((name) => `-p6/mm/ksm/${name}`).join('')}`,
    { ...plain, 'by-signature': 18 },
  ],
  'missing-hunk.patch': ['original-p3/mm/memory/unmap_page_range', { ...plain, exact: 19 }],
  'part-dropped.patch': [
    'original-p3/mm/madvise/madvise_dontneed.2/vm_file',
    { exact: 19, moved: 2, 'by-signature': 2 },
  ],
  'quoted-only.patch': [
    'original-p3/mm/vmscan/shrink_page_list-p3/mm/vmscan/shrink_inactive_list',
    { exact: 20, moved: 1 },
  ],
  'edited-hunk.patch': [
    'original-p3/mm/rmap/try_to_unmap_one',
    { exact: 19, moved: 1, 'by-signature': 2, unknown: 1 },
  ],
  'extra-hunk.patch': ['original', { ...plain, unknown: 1 }],
  'ambiguous.patch': [
    'original-p3/mm/rmap/page_get_anon_vma-p3/mm/rmap/page_lock_anon_vma_read',
    { exact: 18, moved: 1, 'by-signature': 2, unknown: 1 },
  ],
};

describe('an edited copy', () => {
  it('is there for each case, and each has its expectation', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'README.md');
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it('is listed with its case in the README', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    for (const file of Object.keys(EXPECTED)) expect(readme).toContain(`\`${file}\``);
  });

  it.each(Object.entries(EXPECTED))('%s is the variant %s', async (file, [name, matches]) => {
    const imported = await load(file);
    expect([imported.name, counts(imported)]).toEqual([name, matches]);
  });
});

describe('the mail itself', () => {
  it('is fixed, with the hunks of mm/vmscan.c announced and the other patches as posted', async () => {
    const imported = importPatch(await readPatch(readFileSync(MAIL)));
    expect([imported.name, counts(imported)]).toEqual(['fixed', { exact: 22, announced: 2 }]);
    expect([imported.given, imported.restRule]).toEqual([['3/6', 'fixup'], 'posted']);
  });
});

describe('a hunk', () => {
  it('that is split is found in both its places', async () => {
    const matches = matchOf(await load('split-hunk.patch'), 'p3/include/linux/mm/SetPageLazyFree');
    expect(matches).toEqual(['moved', 'moved']);
  });

  it('that is joined with another is found with it', async () => {
    const { report } = await load('joined-hunks.patch');
    const joined = report.hunks.filter(({ ids }) => ids.length > 1).map(({ ids }) => ids);
    expect(joined).toEqual([
      ['p3/mm/madvise/madvise_dontneed', 'p3/mm/madvise/madvise_dontneed.2'],
    ]);
  });

  it('that has the fixup worked in is both', async () => {
    const { report } = await load('squashed-fixup.patch');
    expect(report.hunks.flatMap(({ ids }) => ids)).toEqual(
      expect.arrayContaining([SWAP_FREE, 'fixup/mm/swap_state/free_pages_and_swap_cache']),
    );
  });

  it('that was changed is unknown, and shown with the known one and the difference', async () => {
    const { unknown, dropped } = await load('edited-hunk.patch');
    expect(dropped).toEqual(['p3/mm/rmap/try_to_unmap_one']);
    expect(unknown.map(({ file, nearest }) => [file, nearest?.id])).toEqual([
      ['mm/rmap.c', 'p3/mm/rmap/try_to_unmap_one'],
    ]);
    const difference = unknown[0].nearest?.difference?.split('\n') ?? [];
    expect(difference.filter((line) => line.startsWith('-'))).toEqual([
      '-+if (unlikely(pte_dirty(pteval))) {',
      '-+set_pte_at(mm, address, pte, pteval);',
      '-+ret = SWAP_FAIL;',
      '-+goto out_unmap;',
      '-+}',
    ]);
    expect(difference.filter((line) => line.startsWith('+'))).toEqual([]);
  });

  it('that could be either of two is neither, and both are named', async () => {
    const { unknown } = await load('ambiguous.patch');
    expect(unknown.map(({ candidates }) => candidates)).toEqual([
      ['p3/mm/rmap/page_get_anon_vma', 'p3/mm/rmap/page_lock_anon_vma_read'],
    ]);
  });

  it('that could be either of two is told by the function behind its @@', async () => {
    const file = readFileSync(join(FOLDER, 'ambiguous.patch'), 'utf8');
    const header = /^(@@ -407,7 \+416,7 @@)$/m;
    for (const name of ['page_get_anon_vma', 'page_lock_anon_vma_read'] as const) {
      const text = file.replace(header, `$1 struct anon_vma *${name}(struct page *page)`);
      const imported = importPatch(await readPatch(Buffer.from(text)));
      expect(imported.unknown).toEqual([]);
      expect(matchOf(imported, `p3/mm/rmap/${name}`)).toHaveLength(1);
    }
  });

  it.each<[string, HunkId, (text: string) => string]>([
    [
      'looks at another answer',
      'p3/mm/vmscan/shrink_page_list',
      (text) => text.replace('== SWAP_AGAIN) {', '== SWAP_AGAIN || unmapped == SWAP_MLOCK) {'),
    ],
    [
      'is left out by the preprocessor',
      'p3/mm/vmscan/shrink_page_list',
      (text) =>
        text
          .replace('+850,19 @@', '+850,21 @@')
          .replace(/(\+\t\tif \(PageLazyFree[^]*?)(\n@@)/, '+#if 0\n$1\n+#endif$2'),
    ],
    [
      'adds another flag',
      'p3/mm/vmscan/shrink_inactive_list',
      (text) => text.replace('| TTU_LAZYFREE;', '| TTU_LAZYFREE | TTU_IGNORE_ACCESS;'),
    ],
    [
      'asks the other way round whether the page is tagged',
      SHRINK,
      (text) => text.replace(IF_TAGGED, '+\t\tif (!PageLazyFree(page)) {\n+\t\t\tint'),
    ],
    [
      'frees the page where somebody else holds it',
      SHRINK,
      (text) => text.replace('if (!page_freeze_refs', 'if (page_freeze_refs'),
    ],
    [
      'goes elsewhere from a case',
      SHRINK,
      (text) => text.replace('goto activate_locked', 'goto keep_locked'),
    ],
    [
      'leaves the tag in a case',
      SHRINK,
      (text) =>
        text
          .replace('-850,0 +850,19', '-850,0 +850,18')
          .replace(/(SWAP_AGAIN\) \{\n)\+\t+ClearPageLazyFree\(page\);\n/, '$1'),
    ],
    [
      'asks something else besides',
      SHRINK,
      (text) =>
        text.replace(IF_TAGGED, '+\t\tif (PageLazyFree(page) && PageDirty(page)) {\n+\t\t\tint'),
    ],
    [
      'stands behind something else',
      SHRINK,
      (text) =>
        text
          .replace('-850,0 +850,19', '-850,1 +850,20')
          .replace(IF_TAGGED, ` \t\tcond_resched();\n${IF_TAGGED}`),
    ],
  ])('without text is not taken for known if it %s', async (_what, id, edit) => {
    const file = readFileSync(join(FOLDER, 'by-signature.patch'), 'utf8');
    expect(edit(file)).not.toBe(file);
    const imported = importPatch(await readPatch(Buffer.from(edit(file))));
    expect(imported.unknown.map(({ nearest }) => nearest?.id)).toEqual([id]);
  });
});

describe('the patches that a file does not hold', () => {
  it('are as posted if it holds hunks of one patch, and absent if of several', async () => {
    expect((await load('by-signature.patch')).restRule).toBe('posted');
    expect((await load('series-without-ksm.mbox')).restRule).toBe('absent');
  });

  it('are what the user says', async () => {
    const alone = await load('squashed-fixup.patch', 'absent');
    expect(alone.given).toEqual(['3/6', 'fixup']);
    const own = NAMED_VARIANTS['patch3-fixed'].switches().filter((id) => /^(p3|fixup)\//.test(id));
    expect(alone.variant.switches()).toEqual(own);
    const posted = await load('series-without-ksm.mbox', 'posted');
    expect(posted.name).toBe('fixed');
  });
});

describe('a variant to run', () => {
  it('is the imported one if all is known and builds', async () => {
    const imported = await load('squashed-fixup.patch');
    expect(variantToRun(imported).equals(NAMED_VARIANTS.fixed)).toBe(true);
  });

  it('is refused with an unknown hunk, unless that is to be ignored', async () => {
    const imported = await load('extra-hunk.patch');
    expect(() => variantToRun(imported)).toThrow(
      /^the patch:\d+: an unknown hunk of mm\/oom_kill\.c; see lzfree import/,
    );
    const variant = variantToRun(imported, { ignoreUnknown: true });
    expect(variant.equals(NAMED_VARIANTS.original)).toBe(true);
  });

  it('is refused if it would not compile, unless forced', async () => {
    const imported = await load('quoted-only.patch');
    expect(() => variantToRun(imported)).toThrow(
      "the patch: it does not build: p4/mm/vmscan/shrink_page_list needs shrink_page_list's branch",
    );
    expect(variantToRun(imported, { force: true }).equals(imported.variant)).toBe(true);
  });

  it('is refused if nothing of the series is in the file', async () => {
    const imported = importPatch(await readPatch(Buffer.from(DIFF)));
    const options = { ignoreUnknown: true, file: 'v2.mbox' };
    expect(() => variantToRun(imported, options)).toThrow('v2.mbox: no hunk of the series is in it');
  });
});

describe('lzfree import', () => {
  const path = (file: string) => join(FOLDER, file);

  it('answers with the variant', async () => {
    const { code, stdout } = await runCli(['import', '-'], {
      stdin: readFileSync(path('squashed-fixup.patch')),
    });
    const answer = 'Standard input is fixed, but for the text of 2 hunks.';
    expect([code, stdout.split('\n')[0]]).toEqual([0, answer]);
  });

  it('refuses to name a variant with an unknown hunk, shows the hunk, and exits with 1', async () => {
    const stdin = readFileSync(path('edited-hunk.patch'));
    const { code, stdout } = await runCli(['import', '-'], { stdin });
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe(
      'Standard input is no variant that lzfree models: 1 of its 23 hunks is unknown.',
    );
    expect(stdout).toContain('Nearest: p3/mm/rmap/try_to_unmap_one');
    expect(stdout).toContain('  -+if (unlikely(pte_dirty(pteval))) {');
  });

  it('says of a patch to something else that it has nothing of the series, and no more', async () => {
    const stdin = '--- a/mm/ksm.c\n+++ b/mm/ksm.c\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n';
    const { code, stdout } = await runCli(['import', '-'], { stdin });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Standard input holds no hunk of the series\.\n\nLine /);
  });

  it('says of an unknown hunk without a function behind its @@ that one would help', async () => {
    const hint = /names no function, by which some hunks are told: diff -p, or git, writes it/;
    const text = (header: string): string =>
      `--- a/mm/ksm.c\n+++ b/mm/ksm.c\n@@ -1,2 +1,2 @@${header}\n one\n-two\n+three\n`;
    const said = async (header: string): Promise<string> =>
      (await runCli(['import', '-'], { stdin: text(header) })).stdout;
    expect(await said('')).toMatch(hint);
    expect(await said(' int f(void)')).not.toMatch(hint);
  });

  it('says first what it leaves out when unknown hunks are ignored', async () => {
    const stdin = readFileSync(path('extra-hunk.patch'));
    const { code, stdout } = await runCli(['import', '-', '--ignore-unknown'], { stdin });
    expect(code).toBe(0);
    expect(stdout.replace(/\n/g, ' ')).toMatch(
      /^Standard input without 1 of its 24 hunks, which is not modelled, is original, but for/,
    );
  });

  it('calls an unknown hunk most like that of its function, of those that it is as like', async () => {
    const file = readFileSync(path('by-signature.patch'), 'utf8');
    const last = '\n+case MADV_FREE:\n #ifdef CONFIG_KSM';
    const edited = file.replace(last, '\n #ifdef CONFIG_KSM\n+case MADV_FREE:');
    const { unknown } = importPatch(await readPatch(Buffer.from(edited)));
    expect(unknown.map(({ nearest }) => nearest?.id)).toEqual([
      'p3/mm/madvise/madvise_behavior_valid',
    ]);
  });

  it('does not say that an edited definition keeps the rest from compiling', async () => {
    const stdin = readFileSync(path('by-signature.patch'), 'utf8').replace(
      'TTU_LAZYFREE = 3',
      'TTU_LAZYFREE = 4',
    );
    const { code, stdout } = await runCli(['import', '-'], { stdin });
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/not compile|not build/);
    expect(stdout).toMatch(/whether it builds cannot be told:\n.* needs TTU_LAZYFREE/);
  });

  it('says what does not compile and exits with 1', async () => {
    const { code, stdout } = await runCli(['import', path('quoted-only.patch')]);
    expect(code).toBe(1);
    expect(stdout).toContain('It would not compile:\n  p4/mm/vmscan/shrink_page_list needs');
  });

  it('takes what does not compile as a what-if with --force, and says so first', async () => {
    const words = ['import', path('quoted-only.patch'), '--force'];
    const { code, stdout } = await runCli(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^What-if: .*, which\s+does not build\.\n/s);
    expect(stdout).toMatch(/\nNext: lzfree run SCENARIO --variant \S+ --force\n$/);
    const { known, whatIf } = JSON.parse((await runCli([...words, '--json'])).stdout);
    expect([known, whatIf]).toEqual([true, true]);
  });

  it('gives the document lzfree/import, version 3', async () => {
    const { stdout } = await runCli(['import', path('edited-hunk.patch'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'lzfree/import',
      version: 3,
      known: false,
      variant: 'original-p3/mm/rmap/try_to_unmap_one',
      given: ['3/6'],
      restRule: 'posted',
      dropped: ['p3/mm/rmap/try_to_unmap_one'],
      unmet: [],
      untold: [],
    });
  });

  it('lets no control character of the file through to the terminal', async () => {
    const stdin = readFileSync(path('extra-hunk.patch'), 'utf8').replace('pr_info(', '\u001b[2Jpr_info(');
    const { stdout } = await runCli(['import', '-'], { stdin });
    expect(stdout).toContain('\\u{1b}[2Jpr_info(');
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('code that stands elsewhere', () => {
  const mail = async (edit: (text: string) => string) => {
    const text = readFileSync(join(FOLDER, 'by-signature.patch'), 'utf8');
    const edited = edit(text);
    expect(edited).not.toBe(text);
    return importPatch(await readPatch(Buffer.from(edited)));
  };

  it('is not the known hunk if its function is another one', async () => {
    const imported = await mail((text) =>
      text.replace(/(@@ -1276,7 .* @@ ).*\n/, '$1static void zap_other_range(void)\n'),
    );
    expect(imported.dropped).toEqual([]);
    const other = await mail((text) =>
      text
        .replace(/(@@ -1276,7 .* @@ ).*\n/, '$1static void zap_other_range(void)\n')
        .replace(' unsigned long next;\n', ' unsigned long other;\n')
        .replace(' details = NULL;\n', ' other = NULL;\n')
        .replace(' BUG_ON(addr >= end);\n', ' return;\n'),
    );
    expect(other.dropped).toEqual(['p3/mm/memory/unmap_page_range']);
    expect(other.unknown.map(({ file }) => file)).toEqual(['mm/memory.c']);
  });

  it('is not the known hunk if none of the lines around it is the same', async () => {
    const imported = await mail((text) => {
      const start = text.indexOf('@@ -1093,6');
      const hunk = text.slice(start, text.indexOf('@@ -1276,7'));
      return text.replace(hunk, hunk.replace(/^ (.*)$/gm, ' other($1);'));
    });
    expect(imported.dropped).toEqual(['p3/mm/memory/zap_pte_range']);
  });

  it('is the known hunk if it is a definition', async () => {
    const imported = await mail((text) => {
      const start = text.indexOf('@@ -377,6');
      const hunk = text.slice(start, text.indexOf('@@ -407,7'));
      return text.replace(hunk, hunk.replace(/^ (.*)$/gm, ' other($1);'));
    });
    expect([imported.name, imported.unknown]).toEqual(['original', []]);
  });

  it('is not taken for the announced hunk behind the test that it must come before', async () => {
    const imported = await mail((text) =>
      text
        .replace('@@ -850,0 +850,19 @@', '@@ -850,1 +850,20 @@')
        .replace(/^(\+\t*if \(PageLazyFree\(page\)\) \{)$/m, ' if (unlikely(!page_evictable(page)))\n$1'),
    );
    expect(imported.dropped).toEqual(['p3/mm/vmscan/shrink_page_list']);
  });
});

describe('a hunk that the file has twice', () => {
  it('counts once if it is the same, as in a thread with a reply that quotes the patch', async () => {
    const own = readFileSync(join(FOLDER, 'by-signature.patch'), 'utf8');
    const reply = readFileSync(join(FOLDER, 'reply-with-remarks.eml'), 'utf8');
    const thread = `${own}\nFrom r@example.org Tue Mar 18 10:00:00 2014\n${reply}`;
    const imported = importPatch(await readPatch(Buffer.from(thread)));
    expect([imported.name, imported.unknown, imported.report.hunks.length]).toEqual(['original', [], 46]);
  });

  const part = (text: string, file: string): string => {
    const start = text.indexOf(`diff --git a/${file}`);
    return text.slice(start, text.indexOf('diff --git', start + 1));
  };
  const own = readFileSync(join(FOLDER, 'by-signature.patch'), 'utf8');
  const later = readFileSync(join(FOLDER, 'missing-hunk.patch'), 'utf8');
  const twice = own.replace('-- \n2.1.0', () => `${part(own, 'mm/memory.c')}-- \n2.1.0`);

  it.each([
    ['a part of it is repeated', twice, 'p3/mm/memory/zap_pte_range', 218],
    [
      'a later version follows, which drops another hunk',
      `${own}\n${later}`,
      'p3/include/asm-generic/tlb/tlb_madvfree_page',
      24,
    ],
  ])('is refused where %s, with both its lines', async (_, stdin, id, line) => {
    const at = (text: string, from: number) =>
      stdin.split('\n').findIndex((each, index) => index > from && each === text) + 1;
    const header = stdin.split('\n')[line - 1]!;
    for (const command of ['import', 'review', 'baseline', 'bisectable', 'reply']) {
      const { code, stdout, stderr } = await runCli([command, '-'], { stdin });
      expect([code, stdout, stderr]).toEqual([
        2,
        '',
        `lzfree ${command}: standard input:${at(header, line)}: ${id} is given twice, ` +
          `first at line ${line}; leave one of the two versions out\n`,
      ]);
    }
    const [entry] = JSON.parse((await runCli(['b4-check'], { stdin })).stdout);
    expect([entry.status, entry.summary]).toEqual([
      'warn',
      expect.stringMatching(`^not checked: line \\d+: ${id} is given twice`),
    ]);
  });

  it('is nothing to refuse in a file that the series leaves alone', async () => {
    const imported = importPatch(await readPatch(Buffer.from(`${DIFF}\n${DIFF}`)));
    expect([imported.given, imported.unknown.length]).toEqual([[], 4]);
  });

  it('is unknown if both could be the known one', async () => {
    const hunk = (start: number) => `@@ -${start},0 +${start},1 @@\n+\tcase MADV_FREE:\n`;
    const text = `--- a/mm/madvise.c\n+++ b/mm/madvise.c\n${[10, 20, 30, 40].map(hunk).join('')}`;
    const imported = importPatch(await readPatch(Buffer.from(text)));
    expect([imported.given, imported.unknown.length]).toEqual([[], 4]);
  });
});
