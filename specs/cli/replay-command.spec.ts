import { runCli } from './run-cli';

describe('lzfree replay', () => {
  it.each([
    ['s1:7x1', 'step 1: there is no thread 7; there are 0 P0/T0, 1 kswapd, 2 after'],
    ['s1:0x900', 'step 4: P0/T0 has already ended'],
  ])('says why %s does not fit', async (schedule, why) => {
    const { code, stdout, stderr } = await runCli(['replay', 'half-written-page', schedule]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`half-written-page on fixed: does not fit at ${why}\n`);
  });
});
