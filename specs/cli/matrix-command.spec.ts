import { explore } from '../../model/diff/explore';
import { SharedExplorations } from '../../model/diff/shared-explorations';
import { OFF_COLUMNS } from '../../model/matrix/columns';
import { matrixRow, type MatrixRow } from '../../model/matrix/row';
import type { MatrixDocument } from '../../model/report/matrix-document';
import { loadSuite } from '../../scripts/suite';
import { runCli } from './run-cli';

const matrix = (...words: string[]) => runCli(['matrix', '--workers', '1', ...words]);

describe('lzfree matrix', () => {
  const names = [
    'freed-page-keeps-rss',
    'huge-page-is-dropped-whole',
    'zero-page-is-simply-zapped',
  ];
  let document: MatrixDocument;
  beforeAll(async () => {
    document = JSON.parse((await matrix(...names, '--json')).stdout) as MatrixDocument;
  });

  const cell = (scenario: string, variant: string) => {
    const index = document.columns.findIndex((column) =>
      column.kind === 'named' ? column.name === variant : `-${column.off}` === variant,
    );
    const { differsAt, expectations } = document.scenarios.find(({ name }) => name === scenario)!
      .cells[index]!;
    return `${differsAt} ${expectations}`;
  };

  it('gives each variant the outermost level at which it differs from fixed', () => {
    const of = (name: string) =>
      ['base', 'original', 'fixed', 'patch3', 'patch3-fixed'].map((variant) => cell(name, variant));
    const equal = 'equal yes';
    expect(of(names[0]!)).toEqual(['user yes', equal, equal, 'system yes', 'system yes']);
    expect(of(names[1]!)).toEqual(['user yes', equal, equal, equal, equal]);
    expect(of(names[2]!)).toEqual(['user yes', equal, equal, 'system yes', 'system yes']);
    expect(document).toMatchObject({
      schema: 'lzfree/matrix',
      completeness: { kind: 'complete' },
      work: { explorations: 45, executions: 45 },
    });
  });

  it('gives fixed without a hunk the level, and whether an expectation of fixed fails', () => {
    expect(cell(names[2]!, '-p3/mm/madvise/madvise_behavior_valid')).toBe('user no');
    expect(cell(names[2]!, '-p3/mm/madvise/madvise_need_mmap_write')).toBe('equal yes');
    expect(cell(names[1]!, '-p4/mm/vmstat/vmstat_text.2')).toBe('system yes');
  });

  it('shows each difference by what an execution ends in on both variants', () => {
    const [, , { cells, differences }] = document.scenarios as [never, never, MatrixRow];
    const index = document.columns.findIndex(({ variant }) => variant === 'base');
    const { shown } = cells[index]!;
    expect(differences[shown!]).toMatchObject({ level: 'user', kind: 'gained', traces: 1 });
    expect(differences[shown!]!.differences).toContainEqual({
      path: ['results', 'result'],
      own: '-EINVAL',
      other: '0',
    });
    expect(cells.filter((each) => each.differsAt === 'equal' && each.shown !== null)).toEqual([]);
  });

  it('says in a sentence what a hunk is for', () => {
    const sentence = (id: string) => document.purposes.find(({ off }) => off === id)!.sentence;
    expect(sentence('p3/mm/madvise/madvise_need_mmap_write')).toBe(
      'Without it no scenario changes.',
    );
    expect(sentence('p4/mm/vmstat/vmstat_text.2')).toBe(
      'Without it an administrator sees a difference in 1 scenario: "a huge page that the range ' +
        'covers is dropped at once, as with DONTNEED".',
    );
    expect(sentence('p3/mm/madvise/madvise_dontneed.2/lazy_free')).toBe(
      'Without it and the one that needs it an administrator sees a difference in 1 scenario: ' +
        '"the call takes no page away; resident size stays until memory is needed".',
    );
  });

  it('explores variants together only if they do the same', () => {
    const { scenario } = loadSuite().find((each) => each.scenario.name === 'half-written-page')!;
    const shared = new SharedExplorations(scenario, {});
    for (const { variant } of OFF_COLUMNS) {
      expect(shared.of(variant)).toEqual(explore(scenario, variant));
    }
    expect(shared.explored).toBeLessThan(OFF_COLUMNS.length);
  });

  it('fits a terminal as text', async () => {
    const { code, stdout } = await matrix(...names);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '\n1  U     =         =      S       S             freed-page-keeps-rss\n',
    );
    // Capital letters: an expectation fails.
    expect(stdout).toContain('\n2  ===============U=U==UU==================ss====\n');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(81);
  });

  it('quotes fields in CSV as RFC 4180 says', async () => {
    const stdin =
      'scenario: mine\ntitle: one, "two"\nsource: s\nsetup:\n  - P0: mmap a private-anon\n';
    const { stdout } = await runCli(['matrix', '-', '--format', 'csv', '--workers', '1'], {
      stdin,
    });
    const lines = stdout.split('\r\n');
    expect(lines.slice(0, 2)).toEqual([
      'scenario,title,variant,without,differs_at,expectations',
      'mine,"one, ""two""",base,,equal,yes',
    ]);
    expect(lines).toHaveLength(1 + document.columns.length + 1);
    expect(lines.at(-1)).toBe('');
  });

  it('leaves open what a bound hides', async () => {
    const { stdout } = await matrix('half-written-page', '--executions', '1', '--json');
    const { completeness, scenarios } = JSON.parse(stdout) as MatrixDocument;
    expect(completeness.kind).toBe('bounded');
    expect(scenarios[0]!.cells.map(({ differsAt }) => differsAt)).toContain('unknown');
  });

  it('an interruption is heeded between two variants, too', () => {
    const { scenario, file } = loadSuite().find(
      (each) => each.scenario.name === 'freed-page-is-discarded',
    )!;
    let asked = 0;
    const signal = {
      get aborted() {
        return ++asked > 5;
      },
    };
    expect(matrixRow(scenario, { file, signal })).toBeNull();
    expect(asked).toBeLessThan(10);
  });

  it('names what an interruption left out', async () => {
    const { stdout } = await runCli(['matrix', names[0]!, '--json'], {
      signal: AbortSignal.abort(),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      completeness: { kind: 'interrupted' },
      scenarios: [],
      left: [names[0]],
    });
    for (const { sentence } of (JSON.parse(stdout) as MatrixDocument).purposes)
      expect(sentence).toMatch(/ no scenario is known to change; 1 scenario not explored\.$/);
  });

  it('refuses bad input in one line', async () => {
    for (const words of [['no-such'], ['--json', '--format', 'csv'], ['--executions', '0']]) {
      const { code, stdout, stderr } = await matrix(...words);
      expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    }
  });
});
