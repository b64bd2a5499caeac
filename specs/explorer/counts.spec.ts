/**
 * The explorer meets the known numbers of traces (benchmark programs of Abdulla et al., "Optimal
 * dynamic partial order reduction", and of other stateless checkers; lock programs counted by hand).
 */
import { explore } from '../../model/explorer/explore';
import type { Program } from '../../model/explorer/program';
import * as programs from './programs';

const COARSE = { coarseTrylock: true };
const table: [string, Program, number][] = [
  ...[2, 4, 8, 16, 32, 64, 128, 256, 512].map(
    (traces, i) =>
      [`readers(${i + 1})`, programs.readers(i + 1), traces] as [string, Program, number],
  ),
  ['readers(11)', programs.readers(11), 2048],
  ['lastzero(5)', programs.lastzero(5), 64],
  ['lastzero(10)', programs.lastzero(10), 3328],
  ['indexer(11)', programs.indexer(11), 1],
  ['indexer(12)', programs.indexer(12), 8],
  ['indexer(14)', programs.indexer(14), 512],
  ['filesystem(13)', programs.filesystem(13), 1],
  ['filesystem(19)', programs.filesystem(19), 64],
  ['ainc(6)', programs.adders(6, 1), 720],
  ['binc(4)', programs.adders(4, 2), 576],
  ['cinc(3)', programs.adders(3, 3), 216],
  ['ninc(4)', programs.ninc(4), 576],
  ['casrot(7)', programs.casrot(7), 523],
  ['casw(4)', programs.casw(4), 1200],
  ['fib(2)', programs.fib(2), 140],
  ['control-flow(3)', programs.controlFlow(3), 90],
  ['trylock(5)', programs.trylocks(5), 1305],
  ['trylock(4), coarse', programs.trylocks(4, COARSE), 192],
  ['ordered(6)', programs.orderedLocks(6), 62],
  ['phil(6)', programs.philosophers(6), 63],
  ['wcas(6)', programs.wcas(6), 1522],
  ['swaprace(original, 1)', programs.swaprace('original', 1), 30],
  ['swaprace(original, 2)', programs.swaprace('original', 2), 900],
  ['swaprace(fixed, 2)', programs.swaprace('fixed', 2), 144],
  ['swaprace(original, 2), coarse', programs.swaprace('original', 2, COARSE), 1089],
];

describe('explorer > optimal counts', () => {
  test.each(table)('%s has its known number of traces', (_name, program, traces) => {
    const { executions, blocked, completeness } = explore(program);
    expect({ executions, blocked, completeness }).toEqual({
      executions: traces,
      blocked: 0,
      completeness: { kind: 'complete' },
    });
  });
});
