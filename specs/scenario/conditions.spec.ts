/** A condition that nothing can decide is refused: an expectation with it would hold, and say nothing. */
import { explore } from '../../model/diff/explore';
import { judge } from '../../model/diff/verdict';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { runCli } from '../cli/run-cli';

const scenario = (stated: string): string => `scenario: x
title: t
source: s
setup:
  - P0: mmap a private-anon 2
  - P0: x = read a
  - P0: w = write a 1
threads:
  P0/T0: read a
expect:
  - never: ${stated}
`;

describe('a condition', () => {
  it.each([
    ['page(P0, a).lazyfre', "page(...) has no property 'lazyfre'; did you mean 'lazyfree'?"],
    ['pte(P0, a).dirt', "pte(...) has no property 'dirt'; did you mean 'dirty'?"],
    ['pte(P0, zz).dirty', "no mapping is called 'zz'; expected a"],
    ['pte(P0, a[2]).dirty', 'a[2]: the last page of a is a[1]'],
    ['page(P0, a.hi).dirty', "expected an address like a or a[1], found 'a[undefined]'"],
    ['pte(P9, a).dirty', "no process is called 'P9'; did you mean 'P0'?"],
    ['pte(P0, a)', 'expected a property, as in page(P0, a).dirty'],
    ['page(P0).dirty', 'expected page(P0, a) or page(P0, a[1])'],
    ['rss(P9).anon == 3', "no process is called 'P9'; did you mean 'P0'?"],
    ['rss(P0).nosuch', "rss(...) has no property 'nosuch'; expected one of anon, file, swap"],
    ['rss(P0, a).anon == 1', 'expected rss(P0)'],
    [
      'vmstat.pglazyfreee == 1',
      "/proc/vmstat has no line 'pglazyfreee'; did you mean 'pglazyfree'?",
    ],
    ['vmstat[pswpout] == 1', 'expected vmstat.name, pte(P0, a).name'],
    ['constructor == 1', "nothing is called 'constructor'"],
    ['toString', "nothing is called 'toString'"],
    ['page(P0, a).constructor', "page(...) has no property 'constructor'"],
    ['vmstat.constructor == 1', "/proc/vmstat has no line 'constructor'"],
    ['stuck("P7/T9")', "no thread or operation is called 'P7/T9'; did you mean 'P0/T0'?"],
    ['stuck("setup:4")', "no thread or operation is called 'setup:4'"],
    ['stuck(kswapd)', 'expected stuck, or stuck("...") with one text in quotes'],
    ['fault(rmap)', 'expected fault, or fault("...") with one text in quotes'],
    ['x == EINVAL', 'results are negative: expected -EINVAL'],
    ['x == -EINVL', "nothing is called 'EINVL'; did you mean 'EINVAL'?"],
    [
      'page(P0, a).lru == "inactive_anno"',
      "== compares with 'inactive_anno', which it never is; did you mean 'inactive_anon'?",
    ],
    ['"anonn" != page(P0, a).mapping', "compares with 'anonn', which it never is"],
    ['page(P0, a).count == "one"', '== compares a number with a text, which are never equal'],
    ['page(P0, a).dirty == 1', '== compares a condition with a number, which are never equal'],
    ['page(P0, a).lru', 'a text is neither true nor false; compare it with =='],
    ['page(P0, a).lru > 1', '> compares numbers, and not a text'],
    ['0 < x < 3', '< compares numbers, and not a condition'],
    ['w == 0', '== compares a text with a number, which are never equal'],
    ['w == "SIGBUSS"', "== compares with 'SIGBUSS', which it never is; did you mean 'SIGBUS'?"],
    ['fault && 1', 'a constant decides nothing; name what it is compared with'],
    ['1 == 2', 'both sides of == are constants'],
    ['x == 1.5', '1.5 is no whole number of 32 bits'],
    ['x == 4294967297', '4294967297 is no whole number of 32 bits'],
  ])('that nothing decides is refused with its place: %s', (condition, message) => {
    const parse = (): unknown => parseScenario(scenario(`'${condition}'`), 'f.yaml');
    expect(parse).toThrow(`f.yaml:11:12: condition: `);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it.each([
    ['[fxied]', "12:16: no variant is called 'fxied'; did you mean 'fixed'?"],
    ['[]', '12:15: variants: expected a list of some of base, original, fixed'],
    ['fixed', '12:15: variants: expected a list of some of base, original, fixed'],
  ])('is not stated for variants %s', (variants, message) => {
    const text = `${scenario('fault')}    variants: ${variants}\n`;
    expect(() => parseScenario(text, 'f.yaml')).toThrow(`f.yaml:${message}`);
  });

  it.each([
    'x == SIGBUS || x == "SIGBUS" || x == -EINVAL',
    'w == SIGSEGV',
    'page(P0, a).lru == page(P0, a[1]).lru && page(P0, a).mapping == "file"',
    'page(P0, a).dirty + page(P0, a[1]).dirty == 1',
    'page(P0, a).dirty == false && pte(P0, "a[1]").file',
    'stuck("setup:1") || stuck("P0/T0") || fault("mm/rmap.c") || killed',
    'free_pages - free_swap == 1 && rss(P0).swap != 0',
    'vmstat.thp_split && x == -2147483648',
  ])('that can be meant is taken: %s', (condition) => {
    const read = parseScenario(scenario(`'${condition}'`));
    expect(read.expect.map((each) => each.condition)).toEqual([condition]);
    const exploration = explore(read, NAMED_VARIANTS.fixed);
    expect(judge(read, 'fixed', exploration).map(({ met }) => met)).toEqual(['yes']);
  });

  it('can name a counter that only some variants have', () => {
    const read = parseScenario(scenario('vmstat.nr_lazyfree_pages > 0 || vmstat.pglazyfree > 0'));
    const exploration = explore(read, NAMED_VARIANTS.base);
    expect(judge(read, 'base', exploration).map(({ met }) => met)).toEqual(['yes']);
  });

  // arch/x86/include/asm/pgtable.h pte_present: a pte with _PAGE_PROTNONE is present for the kernel.
  it.each([
    ['mprotect a none', 'yes'],
    ['numa-scan', 'yes'],
    ['mprotect a r', 'no'],
  ])('tells after %s whether the hardware takes the pte for present: protnone %s', (call, met) => {
    const text = scenario('fault')
      .replace('setup:', 'options: {nodes: 2}\nsetup:')
      .replace(/threads:[^]*/, `  - P0: ${call}\nexpect:\n`);
    const read = parseScenario(
      `${text}  - always: pte(P0, a).present && pte(P0, a).protnone && pte(P0, a).dirty\n`,
    );
    const [verdict] = judge(read, 'base', explore(read, NAMED_VARIANTS.base));
    expect(verdict?.met).toBe(met);
  });

  it('of an attribution is held to the same', async () => {
    const outcome = ['--outcome', 'page(P0, a).lazyfre'];
    const { code, stdout, stderr } = await runCli(['attribute', '-', ...outcome], {
      stdin: scenario('fault'),
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^[^\n]*--outcome: condition: page\(\.\.\.\) has no property 'lazyfre'.*\n$/,
    );
  });

  it('that names a result called like a part of every object reads the result', () => {
    const text = scenario('constructor == 1').replace('x = read a', 'constructor = read a');
    const read = parseScenario(text);
    const [verdict] = judge(read, 'fixed', explore(read, NAMED_VARIANTS.fixed));
    expect(verdict?.met).toBe('yes');
  });
});
