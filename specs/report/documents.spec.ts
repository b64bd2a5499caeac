/** The documents of `run` and `diff`: what they say must be what the commands' exit status and text say. */
import { compare } from '../../model/diff/compare';
import { minimize, minimizeAll } from '../../model/explorer/minimize';
import { contextSwitches, parseSchedule } from '../../model/explorer/schedule';
import { explore, type ExploreOptions } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { comparedScenario, diffDocument } from '../../model/report/diff-document';
import { valueDifferences } from '../../model/report/differences';
import { replayCommand, shellWord } from '../../model/report/replay-command';
import { runDocument, scenarioRun } from '../../model/report/run-document';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';
import { loadSuite } from '../../scripts/suite';
import { diffText } from '../../scripts/views/diff-text';
import { runCli } from '../cli/run-cli';

const suite = loadSuite();
const source = (name: string) => suite.find(({ scenario }) => scenario.name === name)!;
type Name = 'base' | 'original' | 'fixed';
const named = (name: Name) => ({ name, variant: NAMED_VARIANTS[name] });

function run(name: string, executions?: number, extra = '') {
  const { scenario, ...rest } = source(name);
  const expect = extra === '' ? [] : parseScenario(extra, 'extra.yaml').expect;
  const altered = { ...scenario, expect: [...scenario.expect, ...expect] };
  const options = executions === undefined ? {} : { executions };
  const exploration = explore(altered, NAMED_VARIANTS.fixed, options);
  return scenarioRun({ scenario: altered, ...rest }, named('fixed'), exploration);
}

const WRONG = `scenario: extra
title: a wrong expectation
source: none
threads:
  P0/T0: mmap a private-anon
expect:
  - always: high == 2
`;

describe('the document of run', () => {
  it('holds, with every outcome and its schedule', () => {
    const document = runDocument('fixed', [run('half-written-page')]);
    expect(document).toMatchObject({ met: 'yes', completeness: { kind: 'complete' } });
    const [{ outcomes, executions }] = document.scenarios;
    expect(executions).toBe(5);
    expect(outcomes.reduce((sum, { traces }) => sum + traces!, 0)).toBe(5);
    for (const { schedule } of outcomes) expect(schedule).toMatch(/^s1:/);
  });

  it('has for every outcome a schedule with the fewest context switches', () => {
    const { outcomes } = run('half-written-page');
    const { scenario } = source('half-written-page');
    const program = new ScenarioProgram(scenario, (id) => NAMED_VARIANTS.fixed.has(id));
    const schedules = outcomes.map(({ schedule }) => parseSchedule(schedule));
    const shortest = minimizeAll(program, schedules, 100_000);
    expect(shortest.map(({ switches, exact }) => [switches, exact])).toEqual([
      [2, true],
      [3, true],
      [2, true],
    ]);
    expect(schedules.map(contextSwitches)).toEqual([2, 3, 2]);
  });

  it('shows an execution that contradicts what does not hold', async () => {
    const scenario = run(
      'fixup-swap-slot',
      undefined,
      WRONG.replace('high == 2', 'free_swap == 4'),
    );
    expect(scenario.met).toBe('no');
    const { counterexample } = scenario.expectations.find(({ met }) => met === 'no')!;
    expect(counterexample!.trace.outcome.system.freeSwap).toBe(3);
    const words = counterexample!.replay.split(' ').slice(1);
    const replayed = await runCli([...words, '--json']);
    expect(JSON.parse(replayed.stdout)).toMatchObject({ outcome: counterexample!.trace.outcome });
  });

  it('is unknown where a bound leaves an expectation open', () => {
    const document = runDocument('fixed', [run('half-written-page', 1)]);
    expect(document).toMatchObject({ met: 'unknown', completeness: { kind: 'bounded' } });
    expect(document.scenarios[0].expectations.map(({ counterexample }) => counterexample)).toEqual(
      document.scenarios[0].expectations.map(() => null),
    );
  });
});

describe('the commands', () => {
  it('do not exit with 0 where a bound leaves the answer open', async () => {
    const bounded = ['half-written-page', '--executions', '1'];
    const ran = await runCli(['run', ...bounded]);
    expect([ran.code, ran.stdout.split('\n')[0]]).toEqual([
      1,
      'unknown: 1 of 1 scenario on fixed; nothing fails, but not everything was explored',
    ]);
    const compared = await runCli(['diff', 'original', 'fixed', ...bounded]);
    expect([compared.code, compared.stdout.split(':')[0]]).toEqual([1, 'unknown']);
  });

  it('name a scenario of the user in the replay command as the user did', async () => {
    const { stdout, code } = await runCli([
      ...['diff', 'original', 'fixed', 'specs/scenarios/fixup-swap-slot.yaml', '--json'],
    ]);
    expect(code).toBe(1);
    const { scenarios } = JSON.parse(stdout);
    expect(scenarios[0].witness.replay).toContain(
      'replay specs/scenarios/fixup-swap-slot.yaml s1:',
    );
  });
});

describe('the document of diff', () => {
  const pair = (before: Name, after: Name, name: string, options: ExploreOptions = {}) => {
    const [a, b] = [named(before), named(after)];
    const comparison = compare(source(name).scenario, a.variant, b.variant, options);
    return diffDocument(before, after, [comparedScenario(source(name), a, b, comparison)]);
  };
  const of = (name: string) => pair('original', 'fixed', name);

  it('names the level, the variant that does it and what differs', () => {
    const document = of('fixup-swap-slot');
    expect(document).toMatchObject({ differsAt: 'system', completeness: { kind: 'complete' } });
    const { levels, witness } = document.scenarios[0];
    expect(levels).toMatchObject({ user: { verdict: 'equal' }, system: { verdict: 'gained' } });
    expect(witness).toMatchObject({ kind: 'gained', variant: 'fixed', otherVariant: 'original' });
    expect(witness!.differences).toContainEqual({ path: ['freeSwap'], own: '3', other: '4' });
  });

  it('shows what differs by a schedule with the fewest context switches, and which replays', () => {
    const { witness } = of('fixup-swap-slot').scenarios[0];
    const schedule = parseSchedule(witness!.schedule);
    const { scenario } = source('fixup-swap-slot');
    const program = new ScenarioProgram(scenario, (id) => NAMED_VARIANTS.fixed.has(id));
    expect(minimize(program, schedule, 100_000)).toEqual({ schedule, switches: 2, exact: true });
    expect(witness!.replay).toContain(witness!.schedule);
  });

  it('gives for each outcome of one of the two alone the command that shows it', async () => {
    const document = pair('base', 'original', 'half-written-page');
    const [{ levels, witness, further }] = document.scenarios;
    const { gained, lost } = levels[witness!.level];
    const all = [witness!, ...further];
    expect(all.map(({ kind, schedule }) => `${kind} ${schedule}`).sort()).toEqual(
      [
        ...gained.map(({ schedule }) => `gained ${schedule}`),
        ...lost.map(({ schedule }) => `lost ${schedule}`),
      ].sort(),
    );
    expect(further.map(({ variant }) => variant)).toEqual(['original', 'base']);
    for (const { variant, replay, differences } of further) {
      const replayed = await runCli([...replay.split(' ').slice(1), '--json']);
      const { results } = JSON.parse(replayed.stdout).outcome.user;
      expect([variant, differences]).toEqual([
        variant,
        [expect.objectContaining({ own: results['setup:3'] === 0 ? '0' : '-EINVAL' })],
      ]);
    }
    const text = diffText(document, 80);
    for (const { replay } of all) expect(text).toContain(replay);
  });

  it('shows no difference where a bound leaves both sides open, though they ended unlike', () => {
    const document = pair('base', 'original', 'free-races-with-reclaim', { executions: 1 });
    expect(document.differsAt).toBeNull();
    const [{ levels, witness }] = document.scenarios;
    expect(witness).toBeNull();
    for (const level of Object.values(levels)) {
      expect(level).toEqual({ verdict: 'unknown', gained: [], lost: [] });
    }
  });

  it.each([
    ['base', 'original', 'gained', 'lost'],
    ['original', 'base', 'lost', 'gained'],
  ] as const)('tells of %s, %s and a bound what is %s, and not what is %s', (a, b, sure, open) => {
    // Of the two only base, with its one trace, is explored completely.
    const document = pair(a, b, 'half-written-page', { executions: 1 });
    expect(document).toMatchObject({ differsAt: 'user', completeness: { kind: 'bounded' } });
    const [{ levels, witness }] = document.scenarios;
    expect(levels.user).toMatchObject({ verdict: sure, [open]: [] });
    expect(levels.user[sure]).toHaveLength(1);
    expect(witness).toMatchObject({ kind: sure, variant: 'original', otherVariant: 'base' });
  });

  it('says that a level may not be the outermost where a bound leaves those further out open', () => {
    const name = 'truncate-reads-uninitialised-member';
    const bounded = diffText(pair('base', 'original', name, { executions: 3 }), 80).split('\n');
    expect(bounded.slice(0, 6)).toEqual([
      'different: base and original in 1 of 1 scenario, outermost level system as far',
      'as explored',
      '',
      `${name}: user unknown, system gained, internal`,
      '  unknown',
      '  (1 and 3 traces, bounded (3 executions))',
    ]);
    const [complete] = diffText(pair('base', 'original', name), 80).split('\n');
    expect(complete).toBe('different: base and original in 1 of 1 scenario, outermost level user');
  });
});

describe('a replay command', () => {
  it('quotes what a shell would take apart', () => {
    expect(shellWord('fixed-p3/mm/rmap/try_to_unmap_one')).toBe(
      'fixed-p3/mm/rmap/try_to_unmap_one',
    );
    expect(shellWord("it's #1.yaml")).toBe(`'it'\\''s #1.yaml'`);
  });

  it('says that a variant which would not compile is a what-if', () => {
    const variant = 'base+p3/mm/rmap/page_get_anon_vma';
    expect(replayCommand('a', 's1:0', variant)).toBe(
      `lzfree replay a s1:0 --variant ${variant} --force`,
    );
    expect(replayCommand('a', 's1:0', 'base')).toBe('lzfree replay a s1:0 --variant base');
  });
});

describe('differences of values', () => {
  it('are found at every depth, and a list is one value', () => {
    const own = { a: 1, deep: { list: ['x'], same: 2 }, gone: 'y' };
    const other = { a: 2, deep: { list: [], same: 2 } };
    expect(valueDifferences(own, other)).toEqual([
      { path: ['a'], own: '1', other: '2' },
      { path: ['deep', 'list'], own: 'x', other: '-' },
      { path: ['gone'], own: 'y', other: '-' },
    ]);
  });

  it('of a table that one side has not are those of its values', () => {
    expect(valueDifferences({ page: { count: 1, lru: 'none' } }, {})).toEqual([
      { path: ['page', 'count'], own: '1', other: '-' },
      { path: ['page', 'lru'], own: 'none', other: '-' },
    ]);
  });

  it('of answers name the errno, and of other numbers do not', () => {
    const [own, other] = [
      { results: { r: -22, n: 1 }, freeSwap: -22 },
      { results: { r: 0, n: 2 } },
    ];
    expect(valueDifferences(own, other)).toEqual([
      { path: ['results', 'r'], own: '-EINVAL', other: '0' },
      { path: ['results', 'n'], own: '1', other: '2' },
      { path: ['freeSwap'], own: '-22', other: '-' },
    ]);
  });

  it('of a line of /proc/vmstat that an outcome leaves out are those from zero', () => {
    const [own, other] = [{ vmstat: { pgfree: 1 } }, { vmstat: { nr_file_pages: 1 } }];
    expect(valueDifferences(own, other)).toEqual([
      { path: ['vmstat', 'pgfree'], own: '1', other: '0' },
      { path: ['vmstat', 'nr_file_pages'], own: '0', other: '1' },
    ]);
  });
});
