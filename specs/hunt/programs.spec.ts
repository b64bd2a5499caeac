/** The hunt's programs: how many there are, their text, their scenarios, and how they shrink. */
import { readFileSync } from 'node:fs';
import { processesOf } from '../../model/hunt/actors';
import { countOfSize, programsOfSize } from '../../model/hunt/enumerate';
import { sizeOf, titleOf, type HuntProgram } from '../../model/hunt/program';
import { isValid, shrink, simpler } from '../../model/hunt/shrink';
import { parseProgram } from '../../model/hunt/text';
import { toScenario } from '../../model/hunt/to-scenario';
import { isCovered } from '../../model/hunt/ways';
import { parseScenario } from '../../model/scenario/parse';
import { printScenario } from '../../model/scenario/print';
import { packagePath } from '../../scripts/cli/package-root';
import { loadSuite } from '../../scripts/suite';

const pairs = [...programsOfSize(2)];

/** A scenario without the places in a text where its parts stood. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (key === 'position' ? undefined : part)),
  );

describe('programs of the hunt', () => {
  it('are counted', () => {
    expect([countOfSize(1), countOfSize(2)]).toEqual([371, 21249]);
    expect(pairs.filter(({ strands }) => strands.length === 0)).toHaveLength(14161);
    expect(countOfSize(2, false)).toBe(14161);
  });

  it('of one move and the suite are what docs/variants.md says that bisectable runs', () => {
    const [, run] = /^base +yes +0 +(\d+)/m.exec(
      readFileSync(packagePath('docs', 'variants.md'), 'utf8'),
    )!;
    expect(Number(run)).toBe(loadSuite().length + countOfSize(1));
  });

  it('are all different, valid, and of the size asked for', () => {
    expect(new Set(pairs.map(titleOf)).size).toBe(pairs.length);
    expect(pairs.filter((program) => !isValid(program) || sizeOf(program) !== 2)).toEqual([]);
  });

  it('are read back from their text', () => {
    const changed = pairs.filter(
      (program) => titleOf(parseProgram(titleOf(program))) !== titleOf(program),
    );
    expect(changed).toEqual([]);
  });

  it('are of another kernel where their text says so', () => {
    const text = 'without CONFIG_DEBUG_VM; page written; P0 free || kernel reclaim';
    const program = parseProgram(text);
    expect(titleOf(program)).toBe(text);
    expect(toScenario(program).options).toMatchObject({ CONFIG_DEBUG_VM: false });
    for (const candidate of simpler(program)) {
      expect(toScenario(candidate).options).toMatchObject({ CONFIG_DEBUG_VM: false });
    }
  });

  it.each([
    ['page odd; P0 free', "no page is 'page odd' at the beginning"],
    ['page written; P2 free', "expected P0, P1 or kernel and its moves, found 'P2 free'"],
    ['page written; P0 fly', "no move is called 'fly'"],
    ['page written; P1 free', 'a move that its actor cannot make there'],
    ['page written; kernel free', 'a move that its actor cannot make there'],
    ['page shared; P0 fork', 'a move that its actor cannot make there'],
    ['page written; P0 exit; P0 read', 'a move that its actor cannot make there'],
    ['page written; P0 exit, read || kernel age', 'a move that its actor cannot make there'],
    ['page written; P0 exit || P0 read', 'a move that its actor cannot make there'],
    ['page written; kernel truncate', 'a move that its actor cannot make there'],
  ])('%s is no program', (text, message) => {
    expect(() => parseProgram(text)).toThrow(message);
  });

  it('become scenarios that the language can tell, each write with a value of its own', () => {
    for (const program of pairs.filter((_, i) => i % 600 === 0)) {
      const scenario = toScenario(program);
      expect(plain(parseScenario(printScenario(scenario)))).toEqual(plain(scenario));
    }
    const writes = toScenario(parseProgram('page written; P0 write; P0 write || kernel poke'));
    expect(printScenario(writes)).toMatch(/write a 2[^]*write a 3[^]*poke P0:a\[0\] 4/);
  });

  it.each([
    ['page shared; P0 exit || P1 free', ['P1']],
    ['page written; P0 fork, exit || kernel reclaim', ['P1']],
    ['page shared; P0 exit; P1 exit', []],
  ])('%s leaves %j, who reads and exits', (text, left) => {
    const program = parseProgram(text);
    expect(processesOf(program)).toEqual(left);
    const end = toScenario(program).after.filter(({ operation }) => operation.verb === 'read');
    expect(end.map(({ actor }) => actor.process)).toEqual(left);
  });

  it('end with reads, and the exit of every process', () => {
    const program = parseProgram('page written; P0 fork; P1 free');
    expect(processesOf(program)).toEqual(['P0', 'P1']);
    const text = printScenario(toScenario(program));
    expect(text.match(/: (exit|end_P\d_a = read a|.*_audit = audit)$/gm)).toEqual([
      ': first_audit = audit',
      ': end_P0_a = read a',
      ': end_P1_a = read a',
      ': second_audit = audit',
      ': exit',
      ': exit',
      ': last_audit = audit',
    ]);
  });
});

it('every scenario of the suite is the same when it was printed and parsed', () => {
  for (const { scenario } of loadSuite()) {
    expect(plain(parseScenario(printScenario(scenario)))).toEqual(plain(scenario));
  }
});

describe('shrinking', () => {
  const has =
    (...moves: string[]) =>
    (program: HuntProgram) =>
      moves.every((move) => titleOf(program).includes(move));

  it.each([
    ['page inactive; P0 read; P0 free; kernel drain; P0 write', ['free'], 'page written; P0 free'],
    [
      'page written; P0 free, read || kernel reclaim, drain',
      ['P0 free', ' || '],
      'page written; P0 free || kernel drain',
    ],
    [
      'page written; P0 free || kernel reclaim',
      ['free', 'reclaim'],
      'page written; P0 free; kernel reclaim',
    ],
    ['page written; P0 fork; P1 write || P0 free', ['P1 write'], 'page written; P0 fork; P1 write'],
  ])('%s to what %j needs', (text, needed, smallest) => {
    expect(titleOf(shrink(parseProgram(text), has(...needed)))).toBe(smallest);
  });
});

describe('failures that are taken for the same', () => {
  const ways = [{ key: 'k', moves: ['free', 'page written', 'write'] }];
  it.each([
    ['k', ['free', 'page ksm', 'read', 'write'], true],
    ['k', ['free', 'page written'], false],
    ['other', ['free', 'page written', 'write'], false],
  ])('%s with %j', (key, moves, covered) => {
    expect(isCovered(ways, key, moves)).toBe(covered);
  });
});
