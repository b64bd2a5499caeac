// A patch for another kernel: what its unchanged lines tell, and what cannot apply in its order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { doubtsOf } from '../../model/patch/doubts';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';
import { butFor, doubtSentences } from '../../scripts/views/doubts-text';

const read = (file: string) =>
  readFileSync(join(__dirname, '../../patches/variants', file), 'utf8');
const POSTED = read('by-signature.patch');
const load = async (text: string) => importPatch(await readPatch(Buffer.from(text)));

describe('lines around a hunk', () => {
  it.each([
    ['include/linux/rmap.h', 'TTU_MUNLOCK', '2', '4'],
    ['include/linux/mm.h', 'PAGE_MAPPING_KSM', '2', '4'],
    ['include/uapi/asm-generic/mman-common.h', 'MADV_DONTNEED', '4', '5'],
  ])('of %s tell of another kernel by the value of %s', async (file, name, posted, found) => {
    const value = new RegExp(`^( (?:#define )?${name} (?:= )?)${posted}\\b`, 'm');
    const text = POSTED.replace(value, `$1${found}`);
    expect(text).not.toBe(POSTED);
    const { report, name: variant } = await load(text);
    const doubts = doubtsOf(report);
    expect([variant, doubts.otherBase]).toEqual(['original', [{ file, name, posted, found }]]);
    expect(butFor(doubts)).toMatch(/ and the other kernel that it is for$/);
    expect(doubtSentences(doubts)).toContain(
      'Lines around its hunks are not those of the kernel of the series: ' +
        `${file}: ${name} is ${found}, not ${posted}.`,
    );
  });

  it('tell nothing where they are those of the mail', async () => {
    expect(doubtsOf((await load(POSTED)).report).otherBase).toEqual([]);
  });
});

describe('a changed line', () => {
  it('that was other code before is not the known one laid out differently', async () => {
    const [older, newer] = ['!details->check_mapping && !details->nonlinear_vma', '!details->check_mapping'];
    const text = POSTED.replaceAll(older!, newer!);
    expect(text).not.toBe(POSTED);
    expect((await load(text)).dropped).toEqual(['p3/mm/memory/unmap_page_range']);
  });
});

describe('the fixup in a patch before the one that it mends', () => {
  it('is refused, and behind it is not', async () => {
    const [series, fixup] = read('renamed-series.mbox').split(/^(?=From )/m);
    expect((await load(series! + fixup!)).name).toBe('fixed');
    await expect(load(fixup! + series!)).rejects.toThrow(
      /fixup\/mm\/swap_state\/free_pages_and_swap_cache stands before 3\/6, whose lines it changes/,
    );
  });
});
