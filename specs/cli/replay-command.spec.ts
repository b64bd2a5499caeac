import { runCli } from './run-cli';

describe('lzfree replay', () => {
  it.each([
    ['s1:7x1', 0, 'there is no thread 7; there are 0 P0/T0, 1 kswapd, 2 after'],
    ['s1:0x900', 3, 'P0/T0 has already ended'],
    ['s1:0x2', 2, 'the schedule ends there, and P0/T0 can go on'],
  ])('says at which step %s does not fit, and why', async (schedule, step, reason) => {
    const words = ['replay', 'half-written-page', schedule];
    const text = await runCli(words);
    expect([text.code, text.stderr]).toEqual([1, '']);
    expect(text.stdout.replace(/\s+/g, ' ')).toBe(
      `half-written-page on fixed: does not fit at step ${step + 1}: ${reason} `,
    );
    const json = await runCli([...words, '--json']);
    expect([json.code, json.stderr]).toEqual([1, '']);
    expect(JSON.parse(json.stdout)).toEqual({
      schema: 'lzfree/replay',
      version: 3,
      variant: 'fixed',
      misfit: { step, reason },
    });
  });

  it('names no misfit where the schedule fits', async () => {
    const { stdout } = await runCli(['replay', 'half-written-page', 's1:', '--lenient', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ misfit: null, steps: expect.any(Array) });
  });
});
