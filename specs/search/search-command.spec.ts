import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SearchDocument } from '../../model/report/search-document';
import { tableRow } from '../../scripts/views/fixup-table';
import { runCli } from '../cli/run-cli';

const folder = mkdtempSync(join(tmpdir(), 'lzfree-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FIXUP_PAGE = join(__dirname, '..', '..', 'docs', 'fixup.md');
const SEARCH = ['diff', 'original', 'fixed', '--search', '--beginning', 'merged-swap-cached'];
const quick = [...SEARCH, '--size', '1', '--workers', '1'];
const checkpoint = join(folder, 'search.json');

describe('lzfree diff --search', () => {
  it('has the same result for one worker and for two', async () => {
    const one = await runCli([...quick, '--json']);
    const two = await runCli([...SEARCH, '--size', '1', '--workers', '2', '--json']);
    expect(two.stdout).toBe(one.stdout);
    expect((JSON.parse(one.stdout) as SearchDocument).sizes[0]!.programs).toBeGreaterThan(0);
  });

  it('finds both kinds at two operations, saves them, and its commands replay them', async () => {
    const words = [...SEARCH, '--size', '2', '--save', folder, '--json'];
    const two = await runCli([...words, '--workers', '2']);
    expect([two.code, two.stderr]).toEqual([1, '']);
    const document = JSON.parse(two.stdout) as SearchDocument;
    expect(document.levels).toEqual({
      user: { equalUpTo: 2, differsFrom: null },
      system: { equalUpTo: 1, differsFrom: 2 },
      internal: { equalUpTo: 1, differsFrom: 2 },
    });
    expect(document.completeness).toEqual({ kind: 'complete' });
    expect(document.sizes[1]).toMatchObject({ all: 86, programs: 18, done: 18, executions: 754 });
    // The page that answers for the fixup says the same.
    expect(readFileSync(FIXUP_PAGE, 'utf8')).toContain(`\n${tableRow(document)}\n`);
    expect(readdirSync(folder).sort()).toEqual(document.kinds.map(({ name }) => `${name}.yaml`));
    for (const { witness } of document.kinds) {
      const replayed = await runCli([...witness.replay.split(' ').slice(1), '--json']);
      expect(replayed.code).toBe(0);
      expect(JSON.stringify((JSON.parse(replayed.stdout) as { outcome: unknown }).outcome)).toBe(
        JSON.stringify(witness.trace.outcome),
      );
    }
  });

  it('an interrupted search says so, and claims no size', async () => {
    const stop = new AbortController();
    stop.abort('SIGINT');
    const { code, stdout } = await runCli(quick, { signal: stop.signal });
    expect(code).toBe(130);
    expect(stdout).toContain('The search was stopped before its end.');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'a program sees it in none of up to 0 operations',
    );
  });

  it('goes on from its checkpoint, and from no damaged one and none of another search', async () => {
    const words = [...quick, '--checkpoint', checkpoint];
    const first = await runCli([...words, '--json']);
    const text = readFileSync(checkpoint, 'utf8');
    expect((await runCli([...words, '--json'])).stdout).toBe(first.stdout);
    const other = await runCli([...words, '--threads', '2']);
    expect([other.code, other.stderr]).toEqual([
      2,
      `lzfree diff: cannot go on from '${checkpoint}': it belongs to a search of another model, ` +
        'other variants, programs or bounds; move it away to begin anew\n',
    ]);
    writeFileSync(checkpoint, text.replace('"done":1', '"done":0'));
    expect((await runCli(words)).stderr).toContain('does not match its checksum: it is damaged');
    writeFileSync(checkpoint, text.slice(0, 100));
    expect((await runCli(words)).stderr).toContain('it is not the checkpoint of a search');
  });

  it('refuses a beginning that there is not, and names the nearest', async () => {
    const { code, stderr } = await runCli([...SEARCH, '--beginning', 'merged-swapcached']);
    expect(code).toBe(2);
    expect(stderr).toContain("no beginning is called 'merged-swapcached' (did you mean");
  });
});
