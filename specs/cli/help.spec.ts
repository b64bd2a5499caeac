import { commands } from '../../scripts/commands';
import { readTerms } from '../../scripts/cli/terms';
import { runCli } from './run-cli';

const TERMS = [
  ...['hunk', 'variant', 'level', 'trace', 'class', 'completeness', 'schedule', 'scenario'],
  ...[
    'outcome',
    'verdict',
    'witness',
    'MADV_FREE',
    'lazyfree tag',
    'pagevec',
    'KSM page',
    'swap cache',
  ],
];

describe('lzfree help', () => {
  it('without a word lists every command and every term', async () => {
    const { code, stdout } = await runCli(['help']);
    expect(code).toBe(0);
    for (const name of [...commands.map((spec) => spec.name), ...TERMS])
      expect(stdout).toContain(name);
  });

  it.each(TERMS)('explains the term %s within 80 columns', async (term) => {
    const { code, stdout } = await runCli(['help', term]);
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeGreaterThan(3);
    expect(stdout).not.toContain('`');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(81);
  });

  it.each([
    [['lazyfree'], 'lazyfree tag'],
    [['madv_free'], 'MADV_FREE'],
    [['ksm'], 'KSM page'],
    [['swap', 'cache'], 'swap cache'],
  ])('finds the term meant by %j', async (words, name) => {
    const { stdout } = await runCli(['help', ...words]);
    expect(stdout.split('\n')[0]).toBe(name);
    const json = JSON.parse((await runCli(['help', ...words, '--json'])).stdout);
    expect(json.terms).toEqual([expect.objectContaining({ name })]);
  });

  it('of a command prints what its own --help prints', async () => {
    const [asked, own] = [await runCli(['help', 'completion']), await runCli(['completion', '-h'])];
    expect(asked.stdout).toBe(own.stdout);
  });

  it('keeps the lines of an example together', async () => {
    expect((await runCli(['help', 'hunk'])).stdout).toContain(
      '\n    p3/mm/rmap/try_to_unmap_one\n',
    );
  });

  it('an unknown word is answered with the nearest known one', async () => {
    expect(await runCli(['help', 'tarce'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: "lzfree help: 'tarce' is neither a command nor a term (did you mean 'trace'?)\n",
    });
    expect((await runCli(['help', 'zzzzz'])).stderr).toContain("'lzfree help' lists");
  });

  it('as JSON gives commands and terms, or the one asked for', async () => {
    const all = JSON.parse((await runCli(['help', '--json'])).stdout);
    expect(all).toMatchObject({ schema: 'lzfree/help', version: 1, terms: readTerms() });
    const one = JSON.parse((await runCli(['help', 'level', '--json'])).stdout);
    expect(one.commands).toEqual([]);
    expect(one.terms).toEqual([expect.objectContaining({ name: 'level' })]);
  });
});

describe('the list of commands', () => {
  it('has unique names, a summary that ends without a full stop, and examples that name it', () => {
    const names = commands.map((spec) => spec.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, summary, examples } of commands) {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(examples.length).toBeGreaterThan(0);
      for (const { command } of examples) expect(command).toContain(`lzfree ${name}`);
    }
  });

  it.each(commands.map((spec) => spec.name))('%s --help fits 80 columns', async (name) => {
    const { code, stdout } = await runCli([name, '--help']);
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(81);
  });
});
