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
      version: 4,
      variant: 'fixed',
      misfit: { step, reason },
    });
  });

  it('with --lenient says what did not fit, and goes on', async () => {
    const words = ['replay', 'half-written-page', 's1:9', '--lenient'];
    const json = await runCli([...words, '--json']);
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      0,
      expect.objectContaining({
        misfit: { step: 0, reason: expect.stringContaining('there is no thread 9') },
        steps: expect.any(Array),
      }),
    ]);
    const { stdout } = await runCli(words);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /^half-written-page on fixed: does not fit at step 1: .*; such steps are left out/,
    );
  });

  it('names no misfit where the schedule fits', async () => {
    const run = await runCli(['run', 'half-written-page', '--json']);
    const [{ outcomes }] = JSON.parse(run.stdout).scenarios;
    const words = ['replay', 'half-written-page', outcomes[0].schedule, '--lenient', '--json'];
    const { stdout } = await runCli(words);
    expect(JSON.parse(stdout)).toMatchObject({ misfit: null, steps: expect.any(Array) });
  });

  it('has a row for a kernel fault and for a result, under who met it or got it', async () => {
    const { stdout } = await runCli(
      [
        ...['replay', 'two-reclaimers-one-page', 's1:1x32.0x4.2x8'],
        ...['--variant', 'fixed-p3/mm/rmap/try_to_unmap_one'],
      ],
      { columns: 160 },
    );
    const rows = stdout.slice(stdout.indexOf('CPU0 kswapd')).split('\n');
    const column = rows[0]!.indexOf('CPU1 direct');
    expect(rows).toContain('  result x = 0');
    const fault = rows.find((row) => row.includes('BUG in'))!;
    expect(fault).toMatch(/^ +BUG in mm\/rmap\.c try_to_unmap_one:$/);
    expect(fault.indexOf('BUG')).toBe(column + 2);
  });

  it('ends with the lock that a thread waits for, and who holds it', async () => {
    const variant = 'fixed-p3/mm/vmscan/shrink_inactive_list';
    const words = ['replay', 'half-written-page', 's1:1x29.0x9', '--variant', variant];
    const { stdout } = await runCli(words);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('waits for ptl of P0, held by kswapd');
  });

  it('has one column with the name of the CPU in each row where columns would be too narrow', async () => {
    const words = ['replay', 'two-reclaimers-one-page', 's1:1x32.0x4.2x8'];
    const variant = ['--variant', 'fixed-p3/mm/rmap/try_to_unmap_one'];
    const rows = async (columns: number) => {
      const { stdout } = await runCli([...words, ...variant], { columns });
      return stdout.split('\n\n')[1]!.trimEnd().split('\n');
    };
    const narrow = await rows(70);
    expect(narrow[1]).toBe('CPU1 direct:   zone.lru_lock: free -> held');
    expect(narrow.at(-1)).toBe('CPU2 after:  waits for ptl of P0, held by direct');
    // What does not fit goes on under its own text.
    const broken = narrow.findIndex((row) => row.includes('BUG in'));
    expect(narrow[broken + 1]).toMatch(/^ {17}\S/);
    for (const row of narrow) expect(row.length).toBeLessThan(71);
    const [head] = await rows(80);
    expect(head).toMatch(/^CPU0 kswapd +CPU1 direct +CPU2 after$/);
  });
});
