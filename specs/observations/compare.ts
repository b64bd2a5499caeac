/**
 * Holds what a real kernel did against what the model does. A scenario keeps its looks under the
 * record's keys; which operation made a look decides how the two are compared.
 */
import type { AddressRange, Action, Scenario } from '../../model/scenario/ast';
import { printResult } from '../../model/scenario/errno';
import type { Layout } from '../../model/scenario/layout';
import type { ResultValue } from '../../model/scenario/outcome';

type Observed = number | string | readonly string[] | Readonly<Record<string, unknown>>;

export interface ObservationRecord {
  readonly kernel: 'base' | 'rfc-original' | 'rfc-fixed';
  readonly scenario: string;
  /** How the observing program ended. */
  readonly end: string;
  readonly observed: Readonly<Record<string, Observed>>;
}

/** One observed value and the model's: `path` is `key` or `key.field`. */
export interface Comparison {
  readonly path: string;
  readonly observed: unknown;
  /** Absent: the look does not tell. */
  readonly modelled?: unknown;
}

/** A scenario that ran on one variant. */
export interface Looks {
  readonly scenario: Scenario;
  readonly layout: Layout;
  readonly results: Readonly<Record<string, ResultValue>>;
}

/** Scenarios with a hundredth of the record's pages: counts agree in being zero or not. */
const SCALED = new Set(['noswap_control', 'noswap_reclaim']);

/** Scenarios that make the real machine compact memory: its migrations are of others' pages. */
const COMPACTED = new Set(['thp_whole']);

/** Keys that count pages of one sort, with the sort. */
const SORTS: Readonly<Record<string, string>> = {
  pages_old_words_and_new_byte_kept: 'intact',
  pages_zeroed: 'zero',
  thp_pages_after_fill: 'THP',
};

/** The name of a key's result: `unaligned_start(+1)` is kept as unaligned_start_1. */
const resultName = (key: string): string => key.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '');

/** Every observed value of a record with what the model has in its place. */
export function compare(record: ObservationRecord, looks: Looks): Comparison[] {
  const keys = Object.entries(record.observed);
  const compared = keys.flatMap(([key, value]) => compareKey(record, looks, key, value));
  return SCALED.has(record.scenario) ? compared.map(signs) : compared;
}

function compareKey(
  record: ObservationRecord,
  looks: Looks,
  key: string,
  observed: Observed,
): Comparison[] {
  const name = resultName(key);
  const index = looks.scenario.setup.findIndex(({ operation }) => operation.result === name);
  const look = looks.scenario.setup[index];
  const result = looks.results[name];
  if (look === undefined || result === undefined) return paths(key, observed, () => undefined);
  switch (look.operation.verb) {
    case 'vmstat':
      return counters(record, looks, key, observed, result);
    case 'read':
      return contents(looks, index, key, observed, result);
    case 'migrate':
      return paths(key, observed, (field) => moved(looks, look, field, result));
    case 'balance':
      return paths(key, observed, () => (Number(result) > 0 ? 'finished' : 'killed'));
    case 'pages':
      return pageCounts(looks, key, observed, fields(result));
    case 'smaps':
    case 'nodes':
    case 'ksm':
      return paths(key, observed, (field) => known(look.operation.verb, field, result));
    default:
      return paths(key, observed, () => systemCall(Number(result)));
  }
}

/** One comparison for each field of an object, or one for the value. */
function paths(
  key: string,
  observed: Observed,
  modelled: (field: string) => unknown,
): Comparison[] {
  const entries: [string, unknown][] =
    typeof observed === 'object' && !Array.isArray(observed)
      ? Object.entries(observed).map(([field, value]) => [`.${field}`, value])
      : [['', observed]];
  return entries.map(([field, value]) => {
    const model = modelled(field.slice(1));
    return { path: key + field, observed: value, ...(model !== undefined && { modelled: model }) };
  });
}

/** `0` or `-1 EINVAL`, as the record has the return value with errno. */
const systemCall = (value: number): string =>
  value < 0 ? `-1 ${printResult(value).slice(1)}` : String(value);

/** `present 64 anon 64` as an object. */
function fields(result: ResultValue): Record<string, number> {
  if (result === 'nothing') return {};
  const words = String(result).split(' ');
  return Object.fromEntries(
    Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i]!, Number(words[2 * i + 1])]),
  );
}

const FIELDS: Readonly<Record<string, RegExp>> = {
  pages: /^(present|swapped|none|PG_\w+|KSM|THP|anon)$/,
  smaps: /^([A-Z]\w+)$/,
  nodes: /^(node\d|ENOENT)$/,
  ksm: /^pages_(shared|sharing|unshared)$/,
};

/** A field of a look that names only those which are not 0. */
function known(verb: string, field: string, result: ResultValue): number | undefined {
  return FIELDS[verb]!.test(field) ? (fields(result)[field] ?? 0) : undefined;
}

/** Rounds of pressure after which the observing program gave up. */
const MOST_ROUNDS = 4;

/**
 * The text about pressure says how many rounds the range lasted, and what was left of it. A round of the
 * model ages and reclaims the lists once, which is what the program's memory does to them.
 */
function pageCounts(
  looks: Looks,
  key: string,
  observed: Observed,
  seen: Record<string, number>,
): Comparison[] {
  const ran = looks.results[`${key}_rounds`];
  const rounds = ran === undefined ? undefined : Math.min(Number(ran), MOST_ROUNDS);
  const text = /^(\d+) rounds of .* still present (\d+) of/.exec(String(observed));
  const value = text === null ? observed : { rounds: Number(text[1]), present: Number(text[2]) };
  return paths(key, value, (field) => {
    if (field === 'rounds') return rounds;
    const name = field === '' ? SORTS[key]! : field;
    return FIELDS['pages']!.test(name) ? (seen[name] ?? 0) : undefined;
  });
}

/** Status of the last page that move_pages was given. */
function moved(looks: Looks, look: Action, field: string, result: ResultValue): unknown {
  const node = Number(look.operation.options['node']);
  const [range] = look.operation.args;
  const count = range?.kind === 'address' ? pagesOf(looks.layout, range.value).length : 0;
  if (field === 'ret') return '0';
  return field === 'status_is_target_node' ? (result === node ? count : 0) : undefined;
}

/**
 * The record counts from its start, the model from its boot. Lazyfree pages that earlier programs left
 * to the real machine are taken off. Swap traffic includes what the program that makes pressure and
 * all others cause: the model's is a part of it, and none where the record has none.
 */
function counters(
  record: ObservationRecord,
  looks: Looks,
  key: string,
  observed: Observed,
  result: ResultValue,
): Comparison[] {
  const left = Number(record.observed['nr_lazyfree_at_start'] ?? 0);
  const ours = Number(looks.results['nr_lazyfree_at_start'] ?? 0);
  if (typeof observed === 'number') {
    return [{ path: key, observed: Math.min(observed, 0), modelled: result }];
  }
  if (typeof result === 'number') return paths(key, observed, () => result);
  const seen = fields(result);
  const others = (field: string): boolean =>
    field === 'pgmigrate_success' && COMPACTED.has(record.scenario);
  const all = paths(key, observed, (field) => (others(field) ? undefined : (seen[field] ?? 0)));
  return all.map((comparison) => {
    const field = comparison.path.slice(key.length + 1);
    const value = Number(comparison.observed);
    if (field === 'pswpin' || field === 'pswpout') {
      const model = seen[field] ?? 0;
      return { ...comparison, modelled: model <= value ? value : model };
    }
    if (field === 'nr_lazyfree_delta') {
      return { ...comparison, modelled: (seen['nr_lazyfree_pages'] ?? 0) - Math.max(ours, 0) };
    }
    if (field !== 'nr_lazyfree_pages') return comparison;
    return left < 0 ? { ...comparison, modelled: ours } : { ...comparison, observed: value - left };
  });
}

/** What a read returned, page by page, against what was last written there. */
function contents(
  looks: Looks,
  index: number,
  key: string,
  observed: Observed,
  result: ResultValue,
): Comparison[] {
  if (observed === 'yes') {
    const same = result === looks.results['vdso_before'];
    return [{ path: key, observed, modelled: same ? 'yes' : 'no' }];
  }
  if (Array.isArray(observed)) {
    const words = observed.map((word: string) => parseInt(word.slice(-8), 16));
    return [{ path: key, observed: words, modelled: String(result).split(' ').map(Number) }];
  }
  if (typeof observed === 'number' && SORTS[key] === undefined) {
    return [{ path: key, observed, modelled: result }];
  }
  const sorts = sortPages(looks, index, result);
  return paths(key, observed, (field) => {
    const sort = SORTS[key] ?? field;
    return sort === 'zero' || sort === 'other' ? sorts[sort] : sorts.intact;
  });
}

function sortPages(looks: Looks, index: number, result: ResultValue) {
  const [range] = looks.scenario.setup[index]!.operation.args;
  const pages = pagesOf(looks.layout, (range as { value: AddressRange }).value);
  const values = String(result).split(' ').map(Number);
  const at = (i: number): number => (values.length === 1 ? values[0]! : values[i]!);
  const written = lastWritten(looks, index);
  const sorts = { intact: 0, zero: 0, other: 0 };
  pages.forEach((page, i) => {
    const parts = [at(2 * i), at(2 * i + 1)];
    const intact = parts.every((value, part) => value === written.get(`${page} ${part}`));
    const zero = parts.every((value) => value === 0);
    sorts[intact ? 'intact' : zero ? 'zero' : 'other']++;
  });
  return sorts;
}

/** What the program stored, by page and part, before the operation at `end`. */
function lastWritten({ scenario, layout }: Looks, end: number): Map<string, number> {
  const written = new Map<string, number>();
  for (const { operation } of scenario.setup.slice(0, end)) {
    const [range, value] = operation.args;
    if (operation.verb !== 'write' || range?.kind !== 'address') continue;
    const step = Number(operation.options['step'] ?? 0);
    const parts = { lo: [0], hi: [1], all: [0, 1] }[range.value.part ?? 'all'];
    pagesOf(layout, range.value).forEach((page, i) => {
      for (const part of parts) written.set(`${page} ${part}`, Number(value!.value) + i * step);
    });
  }
  return written;
}

function pagesOf(layout: Layout, { area, first, last }: AddressRange): number[] {
  const { start, pages } = layout.areas.get(area)!;
  const from = first ?? 0;
  return Array.from({ length: (last ?? pages - 1) - from + 1 }, (_, i) => start + from + i);
}

function signs(comparison: Comparison): Comparison {
  const sign = (value: unknown): unknown => (typeof value === 'number' ? Math.sign(value) : value);
  const { path, observed } = comparison;
  if (comparison.modelled === undefined) return comparison;
  return { path, observed: sign(observed), modelled: sign(comparison.modelled) };
}
