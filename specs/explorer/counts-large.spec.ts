/** The largest sizes of the programs in counts.spec.ts, apart: they take seconds each. */
import { explore } from '../../model/explorer/explore';
import type { Program } from '../../model/explorer/program';
import * as programs from './programs';

const table: [string, Program, number][] = [
  ['lastzero(15)', programs.lastzero(15), 147_456],
  ['indexer(15)', programs.indexer(15), 4096],
  ['indexer(16)', programs.indexer(16), 32_768],
  ['filesystem(24)', programs.filesystem(24), 2048],
  ['casrot(9)', programs.casrot(9), 8597],
  ['casw(5)', programs.casw(5), 32_880],
  ['fib(5)', programs.fib(5), 218_243],
  ['wcas(8)', programs.wcas(8), 17_752],
];

describe('explorer > optimal counts of the largest programs', () => {
  test.each(table)('%s has its known number of traces', (_name, program, traces) => {
    const { executions, blocked } = explore(program);
    expect({ executions, blocked }).toEqual({ executions: traces, blocked: 0 });
  });
});
