/**
 * The shared accesses that a task can yield. `yield PageDirty(page)` stops *before* the access; the
 * machine performs it when the scheduler picks the task, and the access's result is the value of
 * the yield. An op is one number (code and word index), so a step allocates nothing; operands other
 * than the address travel in {@link operand}, which the machine collects right after the yield.
 */
import { KernelFault } from './fault';
import type { Ptr } from './struct';

/** A packed access: code in the upper bits, word index (address / 4) in the lower {@link CELL_BITS}. */
export type Op = number;

/** A piece of kernel or user code that runs on a CPU: yields before every shared access. */
export type Steps<T = void> = Generator<Op, T, number>;

export const CELL_BITS = 24;
const CELL_MASK = (1 << CELL_BITS) - 1;

export const Code = {
  load: 1,
  store: 2,
  testAndSet: 3,
  testAndClear: 4,
  add: 5,
  decAndTest: 6,
  incNotZero: 7,
  incAndTestZero: 8,
  decAndTestNegative: 9,
  exchange: 10,
  compareAndSwap: 11,
  fetchOr: 12,
  fetchAnd: 13,
  lock: 14,
  trylock: 15,
  unlock: 16,
  readLock: 17,
  readTrylock: 18,
  readUnlock: 19,
  awaitFree: 20,
  choose: 21,
  step: 22,
  addToCount: 23,
} as const;

/** Operands of the op being yielded; a register, not state: only valid between pack and yield. */
export const operand = { a: 0, b: 0 };

export const codeOf = (op: Op): number => op >>> CELL_BITS;
export const cellOf = (op: Op): number => op & CELL_MASK;

/** While on, every op remembers the call stack that yielded it: a trace names kernel functions. */
export const callSite = { on: false, stack: '' };

function pack(code: number, addr: Ptr): Op {
  if (callSite.on) callSite.stack = new Error().stack ?? '';
  if ((addr & 3) !== 0 || addr < 4096) wild(addr);
  return (code << CELL_BITS) | (addr >> 2);
}

/**
 * Dereference of a pointer that is NULL, tagged or otherwise no object's address. A misaligned one need
 * not trap: x86 reads and writes across fields then. What follows from that is not modelled.
 */
export function wild(addr: Ptr): never {
  const what =
    addr >= 0 && addr < 4096
      ? 'NULL pointer dereference'
      : `misaligned or tagged pointer (low bits ${addr & 7}), which may not trap: what follows is open`;
  throw new KernelFault({ kind: 'oops', where: '', what });
}

/** Plain load. @returns the word. */
export const load = (addr: Ptr): Op => pack(Code.load, addr);

/** Plain store. */
export function store(addr: Ptr, value: number): Op {
  operand.a = value;
  return pack(Code.store, addr);
}

/** Atomic set of a one-word flag. @returns its old value. */
export const testAndSet = (addr: Ptr): Op => pack(Code.testAndSet, addr);
/** Atomic clear of a one-word flag. @returns its old value. */
export const testAndClear = (addr: Ptr): Op => pack(Code.testAndClear, addr);

/**
 * Atomic addition whose result nobody looks at; two of them commute. Not for a word that another op
 * tests for a bound ({@link incNotZero} and the like): whether such a test passes may depend on the
 * order. For those there is {@link addToCount}.
 */
export function add(addr: Ptr, delta: number): Op {
  operand.a = delta;
  return pack(Code.add, addr);
}

/**
 * Atomic addition to a reference count. Like {@link add} while the count grows from above 0: then no
 * test of the count for 0 can tell in which order it grew. Else it is a write.
 */
export function addToCount(addr: Ptr, delta: number): Op {
  operand.a = delta;
  return pack(Code.addToCount, addr);
}

/** Atomic decrement. @returns 1 if the new value is 0. */
export const decAndTest = (addr: Ptr): Op => pack(Code.decAndTest, addr);
/** Atomic increment unless the value is 0. @returns 1 if incremented. */
export const incNotZero = (addr: Ptr): Op => pack(Code.incNotZero, addr);
/** Atomic increment. @returns 1 if the new value is 0 (a count that starts at -1). */
export const incAndTestZero = (addr: Ptr): Op => pack(Code.incAndTestZero, addr);
/** Atomic decrement. @returns 1 if the new value is negative (a count that starts at -1). */
export const decAndTestNegative = (addr: Ptr): Op => pack(Code.decAndTestNegative, addr);

/** Atomic exchange. @returns the old value. */
export function exchange(addr: Ptr, value: number): Op {
  operand.a = value;
  return pack(Code.exchange, addr);
}

/** Atomic compare and swap. @returns 1 if `expected` was there and `value` is there now. */
export function compareAndSwap(addr: Ptr, expected: number, value: number): Op {
  operand.a = expected;
  operand.b = value;
  return pack(Code.compareAndSwap, addr);
}

/** Atomic OR. @returns the old value. */
export function fetchOr(addr: Ptr, bits: number): Op {
  operand.a = bits;
  return pack(Code.fetchOr, addr);
}

/** Atomic AND. @returns the old value. */
export function fetchAnd(addr: Ptr, bits: number): Op {
  operand.a = bits;
  return pack(Code.fetchAnd, addr);
}

/** Takes an exclusive lock (word: 0 free, -1 held, n > 0 shared by n); waits while it is not free. */
export const lock = (addr: Ptr): Op => pack(Code.lock, addr);
/** Tries to take an exclusive lock. @returns 1 if taken. */
export const trylock = (addr: Ptr): Op => pack(Code.trylock, addr);
/** Releases an exclusive lock, whoever took it. @returns the old word; 0 means it was not held. */
export const unlock = (addr: Ptr): Op => pack(Code.unlock, addr);
/** Takes a lock for reading; waits while it is held exclusively. */
export const readLock = (addr: Ptr): Op => pack(Code.readLock, addr);
/** Tries to take a lock for reading. @returns 1 if taken. */
export const readTrylock = (addr: Ptr): Op => pack(Code.readTrylock, addr);
/** Drops a lock taken for reading. */
export const readUnlock = (addr: Ptr): Op => pack(Code.readUnlock, addr);
/** Waits until a lock word is not held exclusively (wait_on_page_locked, wait_on_page_writeback). */
export const awaitFree = (addr: Ptr): Op => pack(Code.awaitFree, addr);

/** An explicit choice that the explorer owns. @returns 0 .. n-1. `n` must be 2 or more. */
export function choose(n: number): Op {
  if (callSite.on) callSite.stack = new Error().stack ?? '';
  return (Code.choose << CELL_BITS) | n;
}

/**
 * Begins an atomic section: the code up to the next yield runs without interleaving and touches
 * shared state through `peek` and `poke`, which record it. For what the kernel does under a leaf
 * spinlock, and for one instruction of the hardware. `addr` names the section in a trace.
 */
export const step = (addr: Ptr): Op => pack(Code.step, addr);
