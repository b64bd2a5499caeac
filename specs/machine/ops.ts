/** Every op of the machine on one word, and the values to try it from. */
import * as op from '../../model/machine/op';

type Access = (addr: number) => op.Op;

export const OPS: Readonly<Record<string, Access>> = {
  load: op.load,
  'store 0': (addr) => op.store(addr, 0),
  'store 2': (addr) => op.store(addr, 2),
  testAndSet: op.testAndSet,
  testAndClear: op.testAndClear,
  'add 1': (addr) => op.add(addr, 1),
  'add -1': (addr) => op.add(addr, -1),
  'addToCount 1': (addr) => op.addToCount(addr, 1),
  'addToCount 2': (addr) => op.addToCount(addr, 2),
  'addToCount -1': (addr) => op.addToCount(addr, -1),
  decAndTest: op.decAndTest,
  incNotZero: op.incNotZero,
  incAndTestZero: op.incAndTestZero,
  decAndTestNegative: op.decAndTestNegative,
  'exchange 1': (addr) => op.exchange(addr, 1),
  'compareAndSwap 0 1': (addr) => op.compareAndSwap(addr, 0, 1),
  'compareAndSwap 2 0': (addr) => op.compareAndSwap(addr, 2, 0),
  'fetchOr 4': (addr) => op.fetchOr(addr, 4),
  'fetchAnd 1': (addr) => op.fetchAnd(addr, 1),
  lock: op.lock,
  trylock: op.trylock,
  unlock: op.unlock,
  readLock: op.readLock,
  readTrylock: op.readTrylock,
  readUnlock: op.readUnlock,
  awaitFree: op.awaitFree,
};
export const VALUES = [-2, -1, 0, 1, 2, 3];
