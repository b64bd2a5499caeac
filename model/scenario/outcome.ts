/**
 * What one execution leaves behind, read at three levels. Two executions have the same outcome at a
 * level when that part of the document is equal.
 */

/** A number, or the name of a signal that ended the thread at this operation. */
export type ResultValue = number | string;

/** Results of operations, by the name the scenario gives them or by thread and ordinal. */
export type Results = Readonly<Record<string, ResultValue>>;

/** What came to no end. */
export interface Unended {
  /** Threads, or operations outside them, that wait for ever, or that a kernel fault ended. */
  readonly stuck: readonly string[];
  readonly killed: readonly string[];
}

/** What a program can see. Threads and operations are those of processes. */
export interface UserOutcome extends Unended {
  readonly results: Results;
}

/** Resident and swapped pages of one process, as its counters say. */
export interface ProcessCounters {
  readonly anon: number;
  readonly file: number;
  readonly swap: number;
}

/** What an administrator can see. Threads and operations are those of kernel actors. */
export interface SystemOutcome extends Unended {
  readonly results: Results;
  /** Kernel faults, as `kind: file function: condition`, sorted; without a place where none is known. */
  readonly faults: readonly string[];
  readonly processes: Readonly<Record<string, ProcessCounters>>;
  /** /proc/vmstat as it reads once every CPU's difference is folded in: the lines that are not zero. */
  readonly vmstat: Readonly<Record<string, number>>;
  readonly freePages: number;
  /** SwapFree of /proc/meminfo, in slots. */
  readonly freeSwap: number;
}

/** A page frame that is in use, named by where it is mapped or what else holds it. */
export interface PageView {
  /** Flags that are set, without PG_, in the kernel's order. */
  readonly flags: readonly string[];
  /** none, anon, anon|lzfree, ksm, file, swapcache-only, or the raw tag bits. */
  readonly mapping: string;
  readonly count: number;
  readonly mapcount: number;
  /** LRU list, with the distance from its tail: `inactive_anon 0` is reclaimed next. */
  readonly lru: string;
  readonly content: string;
}

/** What only the kernel sees. */
export interface InternalOutcome {
  readonly results: Results;
  /** By page name: `P0:a[0]`, or `slot 3`, or `unmapped 1`. */
  readonly pages: Readonly<Record<string, PageView>>;
  /** By `P0:a[0]`: `present rw young dirty -> P0:a[0]`, `swap 2`, `none`, ... Only of mapped areas. */
  readonly ptes: Readonly<Record<string, string>>;
  /** Used swap slots: count and whether the cache holds them. */
  readonly swap: Readonly<Record<string, string>>;
  /** Counters of /proc/vmstat that have gone below 0, which it does not show; missing if none has. */
  readonly belowZero?: Readonly<Record<string, number>>;
}

export interface Outcome {
  readonly user: UserOutcome;
  readonly system: SystemOutcome;
  readonly internal: InternalOutcome;
}

export const LEVELS = ['user', 'system', 'internal'] as const;
export type Level = (typeof LEVELS)[number];

/** What an operation answered, and who learns it. */
export interface Result {
  readonly value: ResultValue;
  readonly level: Level;
}

/** The results of all levels. */
export const resultsOf = ({ user, system, internal }: Outcome): Results => ({
  ...user.results,
  ...system.results,
  ...internal.results,
});

/** A result by its name, whoever learns it; undefined where the operation has none. */
export function resultOf(outcome: Outcome, name: string): ResultValue | undefined {
  const level = LEVELS.find((each) => Object.hasOwn(outcome[each].results, name));
  return level === undefined ? undefined : outcome[level].results[name];
}
