/**
 * What one execution leaves behind, read at three levels. Two executions have the same outcome at a
 * level when that part of the document is equal.
 */

/** A number, or the name of a signal that ended the thread at this operation. */
export type ResultValue = number | string;

/** What a program can see. */
export interface UserOutcome {
  /** Results of operations, by the name the scenario gives them or by thread and ordinal. */
  readonly results: Readonly<Record<string, ResultValue>>;
  /** Threads, or operations outside them, that wait for ever, or that a kernel fault ended. */
  readonly stuck: readonly string[];
  readonly killed: readonly string[];
}

/** Resident and swapped pages of one process, as its counters say. */
export interface ProcessCounters {
  readonly anon: number;
  readonly file: number;
  readonly swap: number;
}

/** What an administrator can see. */
export interface SystemOutcome {
  /** Kernel faults, as `kind: file function: condition`, sorted. */
  readonly faults: readonly string[];
  readonly processes: Readonly<Record<string, ProcessCounters>>;
  /** /proc/vmstat against the end of the set-up: only what changed. */
  readonly vmstat: Readonly<Record<string, number>>;
  readonly freePages: number;
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
  /** By page name: `P0:a[0]`, or `slot 3`, or `unmapped 1`. */
  readonly pages: Readonly<Record<string, PageView>>;
  /** By `P0:a[0]`: `present rw young dirty -> P0:a[0]`, `swap 2`, `none`, ... Only of mapped areas. */
  readonly ptes: Readonly<Record<string, string>>;
  /** Used swap slots: count and whether the cache holds them. */
  readonly swap: Readonly<Record<string, string>>;
  readonly counters: Readonly<Record<string, number>>;
}

export interface Outcome {
  readonly user: UserOutcome;
  readonly system: SystemOutcome;
  readonly internal: InternalOutcome;
}

export const LEVELS = ['user', 'system', 'internal'] as const;
export type Level = (typeof LEVELS)[number];
