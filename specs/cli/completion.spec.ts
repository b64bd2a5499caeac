import { execFileSync } from 'node:child_process';
import type { CommandSpec } from '../../scripts/cli/command';
import { completionScript } from '../../scripts/cli/completion';
import { runCli } from './run-cli';

const commands: readonly CommandSpec[] = [
  {
    name: 'diff',
    summary: "Compares two variants' outcomes",
    arguments: [
      { name: 'a', description: 'the first', choices: ['base', 'original', 'fixed'] },
      { name: 'file', description: 'a scenario' },
    ],
    options: [
      { flags: '--level <level>', description: 'who sees it', choices: ['user', 'system'] },
      { flags: '--variant <variant>', description: 'one more', suggestions: ['patch3'] },
      { flags: '--out <file>', description: 'where to [write: it]' },
    ],
    examples: [],
    run: async () => 0,
  },
  { name: 'hunks', summary: 'Lists hunks', examples: [], run: async () => 0 },
];

/** What bash offers for a command line that ends where the last word does. */
function offered(...words: readonly string[]): string[] {
  const script = [
    completionScript('bash', commands, []),
    `COMP_WORDS=(lzfree ${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length}`,
    '_lzfree',
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const printed = execFileSync('bash', ['-c', script], { cwd: __dirname, encoding: 'utf8' });
  return printed.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('offers the commands that begin as typed', () => {
    expect(offered('')).toEqual(['diff', 'hunks']);
    expect(offered('hu')).toEqual(['hunks']);
  });

  it('offers the options of the command, the common ones among them', () => {
    expect(offered('diff', '--')).toEqual(
      expect.arrayContaining(['--level', '--out', '--json', '--no-color', '--help']),
    );
    expect(offered('hunks', '--')).not.toContain('--level');
  });

  it('offers the values of an option, fixed or suggested', () => {
    expect(offered('diff', '--level', '')).toEqual(['user', 'system']);
    expect(offered('diff', '--variant', 'p')).toEqual(['patch3']);
  });

  it('offers fixed words by position, not counting options and their values', () => {
    expect(offered('diff', 'b')).toEqual(['base']);
    expect(offered('diff', '--json', '--level', 'user', 'f')).toEqual(['fixed']);
  });

  it('offers files where a file is expected, and after an option that takes any value', () => {
    expect(offered('diff', 'base', 'completion.s')).toEqual(['completion.spec.ts']);
    expect(offered('diff', '--out', 'run-cl')).toEqual(['run-cli.ts']);
  });
});

describe('completion scripts', () => {
  it('a text with quotes or brackets cannot end the word that it stands in', () => {
    expect(completionScript('fish', commands, [])).toContain(`-d 'Compares two variants'\\''`);
    expect(completionScript('zsh', commands, [])).toContain('[where to \\[write\\: it\\]]');
  });

  it.each(['bash', 'zsh', 'fish'])(
    '%s: every command of lzfree is in the script',
    async (shell) => {
      const { code, stdout } = await runCli(['completion', shell]);
      expect(code).toBe(0);
      for (const name of ['completion', 'help']) expect(stdout).toContain(name);
    },
  );

  it('a term of two words is completed by its first', async () => {
    const { stdout } = await runCli(['completion', 'bash']);
    expect(stdout).toContain(' MADV_FREE lazyfree pagevec KSM swap');
  });

  it('an unknown shell is answered with the known ones', async () => {
    const { code, stderr } = await runCli(['completion', 'tcsh']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });

  it('a missing shell is a usage error', async () => {
    const { code, stderr } = await runCli(['completion']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("'shell'")]);
  });
});
