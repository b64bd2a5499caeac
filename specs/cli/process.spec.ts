import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '..', '..');
const NODE = [process.execPath, '-r', '@swc-node/register'] as const;

describe('the process', () => {
  it('a reader that has seen enough ends it with 141 and without a word', () => {
    const pipe = `"$@" help | true; exit "\${PIPESTATUS[0]}"`;
    const words = ['-c', pipe, 'bash', ...NODE, 'scripts/lzfree.ts'];
    const { status, stderr } = spawnSync('bash', words, { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([141, '']);
  });

  it('an answer that cannot be written is no answer, and one line says why', () => {
    const words = ['-c', '"$@" help > /dev/full', 'bash', ...NODE, 'scripts/lzfree.ts'];
    const { status, stderr } = spawnSync('bash', words, { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^lzfree: cannot write standard output: [^\n]+\n$/),
    ]);
  });

  it.each([
    ['lzfree', '../specs/scenarios'],
    ['review', '../specs/scenarios'],
    ['of-another-package', 'specs/scenarios'],
  ])('as the script %s of npm it finds the scenarios in %s', (event, folder) => {
    const env = { ...process.env, npm_lifecycle_event: event, INIT_CWD: join(ROOT, 'docs') };
    const [node, ...flags] = NODE;
    const words = [...flags, 'scripts/lzfree.ts', 'run', `${folder}/half-written-page.yaml`];
    const { status, stdout } = spawnSync(node, words, { cwd: ROOT, encoding: 'utf8', env });
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'holds: 1 scenario on fixed']);
  });

  it('an error that cannot be written ends as any other', () => {
    const words = ['-c', '"$@" nosuch 2> /dev/full', 'bash', ...NODE, 'scripts/lzfree.ts'];
    expect(spawnSync('bash', words, { cwd: ROOT }).status).toBe(2);
  });

  function start(command: string, react: (child: ChildProcess, line: string) => void) {
    const [node, ...flags] = NODE;
    const words = [...flags, join(__dirname, 'fixtures', 'waiting.ts'), command];
    const child = spawn(node, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    createInterface(child.stdout).on('line', (line) => {
      printed += `${line} `;
      react(child, line);
    });
    return { ended: once(child, 'close'), printed: () => printed };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s the command reports what it has, and the code is %i', async (signal, code) => {
    const { ended, printed } = start('work', (child, line) => {
      if (line === 'working') child.kill(signal);
    });
    expect(await ended).toEqual([code, null]);
    expect(printed()).toBe('working stopping interrupted ');
  });

  it('a signal that both npm and the terminal deliver is one', async () => {
    const { ended, printed } = start('work', (child, line) => {
      if (line !== 'interrupted') child.kill('SIGINT');
    });
    expect(await ended).toEqual([130, null]);
    expect(printed()).toBe('working stopping interrupted ');
  });

  it('a later second signal ends at once a command that does not stop', async () => {
    const { ended } = start('sulk', (child) => {
      const knock = setInterval(() => child.kill('SIGINT'), 100);
      child.once('close', () => clearInterval(knock));
    });
    expect(await ended).toEqual([null, 'SIGINT']);
  });
});
