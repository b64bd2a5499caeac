/** KTAP version 1: what the kernel's own document asks for, read back by a strict reader. */
import { checkChecks } from '../../scripts/formats/check-checks';
import { diffChecks } from '../../scripts/formats/diff-checks';
import { huntChecks } from '../../scripts/formats/hunt-checks';
import { ktapText } from '../../scripts/formats/ktap';
import { runChecks } from '../../scripts/formats/run-checks';
import { readKtap } from './ktap-reader';
import { fixupCheck, fixupDiff, hostile, mixedRun, lostWriteHunt } from './samples';

const read = (report: Parameters<typeof ktapText>[0]) => readKtap(`${ktapText(report)}\n`);

describe('KTAP of a run', () => {
  const [mixed, kinds] = read(runChecks(mixedRun()));

  it('has a subtest for each scenario, with the variant, and in it one for each expectation', () => {
    expect([mixed.name, kinds.name]).toEqual(['mixed on fixed', 'madvise-kinds on fixed']);
    expect(mixed.subtests.map(({ ok, name }) => [ok, name])).toEqual([
      [true, 'always x == 1'],
      [false, 'never x == 1'],
      [false, 'sometimes x == 7'],
    ]);
    expect([mixed.ok, kinds.ok]).toEqual([false, true]);
  });

  it('says before a failure what was seen and how to see it again', () => {
    const [, { diagnostics }] = mixed.subtests;
    expect(diagnostics[0]).toMatch(/^never x == 1: does not hold \(seen: always, in \d+ of \d+/);
    expect(diagnostics[1]).toMatch(/^lzfree replay specs\/mixed.yaml s1:\S+ --variant fixed$/);
    expect(diagnostics.join('\n')).toContain('CPU1 P0/T1');
  });

  it('lets nothing that a bound left open pass', () => {
    const [bounded] = read(runChecks(mixedRun(1)));
    const [always, , sometimes] = bounded.subtests;
    expect([always.ok, sometimes.ok, bounded.ok]).toEqual([false, false, false]);
    expect(always.directive).toBe('TIMEOUT');
    expect(always.data).toContain('bounded (1 execution)');
  });

  it('skips a scenario that expects nothing of the variant', () => {
    const report = { ...hostile, suites: [{ name: 'a', title: 'b', checks: [] }] };
    expect(read(report)).toMatchObject([{ ok: true, name: 'a', directive: 'SKIP', subtests: [] }]);
  });
});

describe('KTAP of a diff', () => {
  it('has a result for each level', () => {
    const [swap, kinds] = read(diffChecks(fixupDiff()));
    expect(swap.name).toBe('fixup-swap-slot on original and fixed');
    expect(swap.subtests.map(({ ok, name }) => `${name}: ${ok}`)).toEqual([
      'user level is equal: true',
      'system level is equal: false',
      'internal level is equal: false',
    ]);
    expect(kinds.ok).toBe(true);
  });
});

describe('KTAP of a check', () => {
  it('has a result for each level, and says what can happen now and how to see it', () => {
    const [swap, kinds] = read(checkChecks(fixupCheck(), 2));
    expect(swap!.name).toBe('fixup-swap-slot on fixed since original');
    expect(swap!.subtests.map(({ ok, name }) => `${name}: ${ok}`)).toEqual([
      'user level is as it was: true',
      'system level is as it was: false',
      'internal level is as it was: false',
    ]);
    const text = swap!.subtests[1]!.diagnostics.join('\n');
    expect(text).toContain('free pages 14, free swap slots 3');
    expect(text).toMatch(/^lzfree replay fixup-swap-slot s1:\S+ --variant fixed$/m);
    expect(kinds!.ok).toBe(true);
  });

  it('lets nothing that a bound left open pass', () => {
    const [swap] = read(checkChecks(fixupCheck(1), 2));
    expect(swap!.subtests.map(({ directive }) => directive)).toContain('TIMEOUT');
    expect(swap!.ok).toBe(false);
  });
});

describe('KTAP of a hunt', () => {
  it('has a subtest for each promise, in which each way to break it fails', () => {
    const document = lostWriteHunt();
    const results = read(huntChecks(document, 'found'));
    const failed = results.filter(({ ok }) => !ok);
    expect(failed.map(({ name }) => name)).toEqual(['bystander on original']);
    const [lost] = failed[0]!.subtests;
    expect(lost!.diagnostics.join('\n')).toContain('lzfree replay found/bystander-1-1.yaml s1:');
    expect(results.at(-1)!.subtests.map(({ name }) => name)).toEqual(['every program of 1 move']);
  });

  it('lets no program pass that was not looked at, and blames no fault of the base', () => {
    const document = lostWriteHunt();
    const findings = document.findings.map((finding) => ({ ...finding, base: true }));
    const sizes = document.sizes.map((size) => ({ ...size, done: size.done - 1, partly: 2 }));
    const results = read(huntChecks({ ...document, findings, sizes }, undefined));
    expect(results.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      'coverage on original',
    ]);
    const [row] = results.at(-1)!.subtests;
    expect(row).toMatchObject({ ok: false, directive: 'TIMEOUT' });
    expect(row!.data).toContain('1 were not looked at, 2 not by every interleaving');
  });
});

describe('KTAP of hostile names', () => {
  it('stays what the document allows, each name once', () => {
    const results = read(hostile);
    expect(results).toHaveLength(hostile.suites.length);
    expect(results.map(({ subtests }) => subtests.length)).toEqual(
      hostile.suites.map(({ checks }) => checks.length),
    );
    expect(results[0].subtests[1].name).toBe('\\u{23} SKIP a directive (2)');
    expect(results.every(({ ok, directive }) => !ok && directive === undefined)).toBe(true);
  });
});

describe('the strict reader', () => {
  it.each([
    ['no plan', 'KTAP version 1\nok 1 a\n'],
    ['not number 1', 'KTAP version 1\n1..1\nok 2 a\n'],
    ['twice', 'KTAP version 1\n1..2\nok 1 a\nok 2 a\n'],
    ['ok above', 'KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 b\nok 1 a\n'],
    ['behind', 'KTAP version 1\n1..1\nok 1 a\nok 2 b\n'],
    ['no result', 'KTAP version 1\n1..1\nsomething else\n'],
    ['ok with', 'KTAP version 1\n1..1\nok 1 a # TIMEOUT 3 s\n'],
  ])('refuses: %s', (what, text) => {
    expect(() => readKtap(text)).toThrow(what);
  });
});
