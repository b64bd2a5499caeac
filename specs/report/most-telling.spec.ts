/** Which difference a reader sees first. */
import type { ComparedScenario } from '../../model/report/diff-document';
import { mostTellingFirst } from '../../model/report/most-telling';
import type { Level } from '../../model/scenario/outcome';
import { runCli } from '../cli/run-cli';

const scenario = (name: string, level: Level | null, steps = 0): ComparedScenario => {
  const trace = { steps: Array.from({ length: steps }, () => ({})) };
  return { name, witness: level && { level, trace } } as unknown as ComparedScenario;
};

describe('of several differences', () => {
  it('what a program sees comes before what others see, and the short before the long', () => {
    const told = mostTellingFirst([
      scenario('long, system', 'system', 9),
      scenario('short, internal', 'internal', 1),
      scenario('short, system', 'system', 2),
      scenario('equal', null),
      scenario('long, user', 'user', 30),
      scenario('short, user', 'user', 3),
    ]);
    const names = told.map(({ name }) => name);
    expect(names).toEqual([
      'short, user',
      'long, user',
      'short, system',
      'long, system',
      'short, internal',
    ]);
  });

  it('one that lies in the set-up has no step to show, and is the last of its level', () => {
    const told = mostTellingFirst([scenario('set-up', 'user'), scenario('threads', 'user', 40)]);
    expect(told.map(({ name }) => name)).toEqual(['threads', 'set-up']);
  });
});

describe('a difference that lies in the set-up', () => {
  it('is told without the traces of threads that there are none of', async () => {
    const without = 'original-p3/mm/memory/unmap_page_range';
    const { code, stdout } = await runCli(['diff', 'original', without, 'exit-after-free']);
    expect(code).toBe(1);
    expect(stdout).toContain('\n  They part in the set-up already. It leaves:\n');
    expect(stdout).not.toContain('from where the two part');
  });

  it('is told by what the set-up leaves, where what follows looks the same on both', async () => {
    const without = 'fixed-p3/mm/memory/unmap_page_range';
    const { stdout } = await runCli(['diff', 'fixed', without, 'read-keeps-page']);
    expect(stdout).toContain(
      '\n    pte P0:a[0]: zero page ro young clean | page(P0:a[0]) rw old clean\n',
    );
    const threads = await runCli(['diff', 'original', 'fixed', 'fixup-swap-slot']);
    expect(threads.stdout).not.toContain('set-up');
  });
});
