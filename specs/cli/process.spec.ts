import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const NODE = [process.execPath, '--import', 'tsx'] as const;

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
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s the command reports what it has, and the code is %i', async (signal, code) => {
    const [node, ...flags] = NODE;
    const words = [...flags, join(__dirname, 'fixtures', 'waiting.ts'), 'work'];
    const child = spawn(node, words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed === 'working\n') child.kill(signal);
    });
    expect(await once(child, 'close')).toEqual([code, null]);
    expect(printed).toBe('working\ninterrupted\n');
  });
});
