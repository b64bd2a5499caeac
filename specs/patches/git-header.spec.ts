// What git writes behind the second @@: the last line above that begins in column 0, a label too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPatch } from '../../model/patch/import-patch';
import { readPatch } from '../../model/patch/read-patch';

const SERIES = readFileSync(
  join(__dirname, '../../patches/variants/whole-series.mbox'),
  'utf8',
);

/** What becomes of the scan's hunk of 6/6 with other words behind its @@. */
async function scanWith(header: string) {
  expect(SERIES).toContain('@@ next_mm:\n');
  const text = SERIES.replace('@@ next_mm:\n', `@@${header}\n`);
  const { unknown, dropped } = importPatch(await readPatch(Buffer.from(text)));
  return [unknown.map(({ file }) => file), dropped];
}

describe('the hunk of 6/6 behind a label in column 0', () => {
  it.each([' next_mm:', ' static struct rmap_item *scan_get_next_rmap_item(struct page **page)'])(
    'is known with%s',
    async (header) => {
      expect(await scanWith(header)).toEqual([[], []]);
    },
  );

  it.each(['', ' next_mm', ' again:', ' static void next_mm(void)'])(
    "is unknown with '%s'",
    async (header) => {
      expect(await scanWith(header)).toEqual([['mm/ksm.c'], ['p6/mm/ksm/scan_get_next_rmap_item']]);
    },
  );
});
