/**
 * Whether a condition can be meant: a name that nothing has, or a comparison that no outcome can decide,
 * would let an expectation hold that says nothing.
 */
import type { Expression } from 'jsep';
import { LRU_LISTS } from '../include/linux/mm_types';
import { PAGE_FLAGS } from '../include/linux/page-flags-layout';
import { VMSTAT_NAMES } from '../mm/vmstat';
import type { Scenario } from './ast';
import { argumentTexts, calleeOf, parseCondition, SIGNALS } from './condition';
import { ERRNO } from './errno';
import { actorsByLabel } from './labels';
import { allActions, type Area, type Layout } from './layout';
import { nearest } from './nearest';
import { operationSpec } from './operations';

/** What a scenario has that conditions can name. */
export interface ConditionNames {
  /** Results of operations; `signal` where the operation has no answer but the signal that ends it. */
  readonly results: ReadonlyMap<string, 'answer' | 'signal'>;
  readonly processes: readonly string[];
  readonly areas: ReadonlyMap<string, Area>;
  /** Threads, and operations before and after them. */
  readonly labels: readonly string[];
}

/** What conditions on a scenario can name, once it is laid out. */
export function conditionNames(scenario: Scenario, layout: Layout): ConditionNames {
  const results = new Map<string, 'answer' | 'signal'>();
  for (const { operation } of allActions(scenario)) {
    const { verb, result } = operation;
    if (result === undefined || results.get(result) === 'answer') continue;
    results.set(result, operationSpec(verb)?.level === undefined ? 'signal' : 'answer');
  }
  const { processes, areas } = layout;
  return { results, processes, areas, labels: [...actorsByLabel(scenario).keys()] };
}

/** What a part of a condition comes to. */
interface Kind {
  /** A result may be a number or a text. */
  readonly is: 'number' | 'condition' | 'text' | 'result';
  /** All that a text can be, where that is known. */
  readonly values?: readonly string[];
  /** Written as it stands, so that no outcome decides it. */
  readonly constant?: true;
}

const NUMBER: Kind = { is: 'number' };
const CONDITION: Kind = { is: 'condition' };

const PLAIN: Readonly<Record<string, Kind>> = {
  fault: CONDITION,
  stuck: CONDITION,
  killed: CONDITION,
  free_pages: NUMBER,
  free_swap: NUMBER,
};

/** What means something in every condition; a result of the same name would hide it. */
export const RESERVED: readonly string[] = [
  ...Object.keys(PLAIN),
  ...SIGNALS,
  ...Object.keys(ERRNO),
];

const table = (names: readonly string[], kind: Kind): Record<string, Kind> =>
  Object.fromEntries(names.map((name) => [name, kind]));

const MAPPINGS = ['none', 'anon', 'anon|lzfree', 'ksm', 'file'];
const TAGS = [1, 2, 4, 5, 6].map((tag) => `tag ${tag}`);

const PAGE = {
  // PG_lru is no property: .lru is the list.
  ...table(
    PAGE_FLAGS.map((flag) => flag.slice('PG_'.length)),
    CONDITION,
  ),
  ...table(['count', 'mapcount', 'from_tail'], NUMBER),
  ...table(['lazyfree', 'ksm'], CONDITION),
  lru: { is: 'text', values: [...LRU_LISTS, 'pagevec', 'none'] } as const,
  mapping: { is: 'text', values: [...MAPPINGS, ...TAGS] } as const,
};
const PTE = [
  'present',
  'rw',
  'young',
  'dirty',
  'protnone',
  'none',
  'file',
  'swapped',
  'migration',
  'hwpoison',
];

/** Functions of which a property is asked, and what each property is. */
const PROPERTIES: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  pte: table(PTE, CONDITION),
  page: PAGE,
  rss: table(['anon', 'file', 'swap'], NUMBER),
};
const VMSTAT = table(VMSTAT_NAMES, NUMBER);
/** Functions that are conditions by themselves. */
const ALONE = ['fault', 'stuck'];
const FUNCTIONS = [...Object.keys(PROPERTIES), ...ALONE];

/**
 * Checks that a condition can be meant: form, names, and what is compared with what.
 *
 * @throws Error in one line, with what was expected
 */
export function checkCondition(text: string, names: ConditionNames): void {
  new Check(names).decides(parseCondition(text));
}

class Check {
  constructor(private readonly names: ConditionNames) {}

  /** What is held to be true or false: every number but 0 is true. */
  decides(node: Expression): void {
    const kind = this.kind(node);
    if (kind.constant === true) fail('a constant decides nothing; name what it is compared with');
    if (kind.is === 'text') fail('a text is neither true nor false; compare it with ==');
  }

  private kind(node: Expression): Kind {
    switch (node.type) {
      case 'Identifier':
        return this.identifier(String(node['name']));
      case 'Literal':
        return literal(node['value']);
      case 'UnaryExpression':
        return this.unary(node);
      case 'BinaryExpression':
      case 'LogicalExpression':
        return this.binary(node);
      case 'MemberExpression':
        return this.member(node);
      case 'CallExpression':
        return this.call(node);
      default:
        return fail(`${node.type} is not part of the language`);
    }
  }

  private identifier(name: string): Kind {
    const { results } = this.names;
    const result = results.get(name);
    if (result === 'signal') return { is: 'text', values: SIGNALS };
    if (result === 'answer') return { is: 'result' };
    if (Object.hasOwn(PLAIN, name)) return PLAIN[name]!;
    if (SIGNALS.includes(name)) return literal(name);
    if (Object.hasOwn(ERRNO, name)) return fail(`results are negative: expected -${name}`);
    const others = [...results.keys(), ...Object.keys(PLAIN), ...SIGNALS];
    const known = /^E[A-Z]/.test(name) ? Object.keys(ERRNO) : others;
    return fail(`nothing is called '${name}'${nearest(name, known)}`);
  }

  private unary(node: Expression): Kind {
    const operand = node['argument'] as Expression;
    switch (node['operator']) {
      case '!':
        this.decides(operand);
        return CONDITION;
      case '-':
        if (isErrno(operand)) return { is: 'number', constant: true };
        return this.arithmetic('-', this.kind(operand));
      default:
        return fail(`operator ${String(node['operator'])} is not part of the language`);
    }
  }

  private binary(node: Expression): Kind {
    const operator = String(node['operator']);
    const [left, right] = [node['left'] as Expression, node['right'] as Expression];
    switch (operator) {
      case '&&':
      case '||':
        this.decides(left);
        this.decides(right);
        return CONDITION;
      case '+':
      case '-':
        return this.arithmetic(operator, this.kind(left), this.kind(right));
      default:
        return comparison(operator, this.kind(left), this.kind(right));
    }
  }

  /** Conditions can be counted: one that is true is 1. */
  private arithmetic(operator: string, ...operands: Kind[]): Kind {
    if (operands.some(({ is }) => is === 'text')) fail(`operator ${operator} is not for texts`);
    return operands.every(({ constant }) => constant === true)
      ? { is: 'number', constant: true }
      : NUMBER;
  }

  private member(node: Expression): Kind {
    const object = node['object'] as Expression;
    const property = String((node['property'] as Expression)['name']);
    if (node['computed'] !== true) {
      if (object.type === 'Identifier' && object['name'] === 'vmstat') {
        return propertyKind(VMSTAT, property, '/proc/vmstat has no line');
      }
      if (object.type === 'CallExpression') {
        const name = this.checkCall(object);
        const properties = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
        if (properties === undefined) fail(`${name}(...) has no properties`);
        return propertyKind(properties, property, `${name}(...) has no property`);
      }
    }
    return fail('expected vmstat.name, pte(P0, a).name, page(P0, a).name or rss(P0).name');
  }

  private call(node: Expression): Kind {
    if (ALONE.includes(this.checkCall(node))) return CONDITION;
    return fail('expected a property, as in page(P0, a).dirty');
  }

  /** @returns the function's name */
  private checkCall(node: Expression): string {
    const name = calleeOf(node);
    if (!FUNCTIONS.includes(name)) fail(`no function '${name}'${nearest(name, FUNCTIONS)}`);
    const args = node['arguments'] as Expression[];
    if (ALONE.includes(name)) this.checkText(name, args);
    else this.checkPlace(name, argumentTexts(node));
    return name;
  }

  private checkText(name: string, args: readonly Expression[]): void {
    const [text] = args.map((argument) => argument['value'] as unknown);
    if (args.length !== 1 || typeof text !== 'string') {
      fail(`expected ${name}, or ${name}("...") with one text in quotes`);
    }
    const { labels } = this.names;
    if (name !== 'stuck' || labels.includes(String(text))) return;
    fail(`no thread or operation is called '${String(text)}'${nearest(String(text), labels)}`);
  }

  private checkPlace(name: string, [process, address, ...more]: readonly string[]): void {
    const form = name === 'rss' ? 'rss(P0)' : `${name}(P0, a) or ${name}(P0, a[1])`;
    const expected = name === 'rss' ? address === undefined : address !== undefined;
    if (process === undefined || !expected || more.length > 0) fail(`expected ${form}`);
    const { processes, areas } = this.names;
    if (!processes.includes(process)) {
      fail(`no process is called '${process}'${nearest(process, processes)}`);
    }
    if (address === undefined) return;
    const [, area, page = '0'] = /^([a-z][a-z0-9_]*)(?:\[(\d+)\])?$/.exec(address) ?? [];
    if (area === undefined) fail(`expected an address like a or a[1], found '${address}'`);
    const pages = areas.get(area)?.pages;
    if (pages === undefined) {
      fail(`no mapping is called '${area}'${nearest(area, [...areas.keys()])}`);
    }
    if (Number(page) >= pages) {
      fail(`${address}: the last page of ${area} is ${area}[${pages - 1}]`);
    }
  }
}

const isErrno = ({ type, name }: Expression): boolean =>
  type === 'Identifier' && Object.hasOwn(ERRNO, String(name));

function literal(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return { is: 'text', values: [value], constant: true };
    case 'boolean':
      return { is: 'condition', constant: true };
    case 'number':
      if (Number.isInteger(value) && value <= 2 ** 31) return { is: 'number', constant: true };
      return fail(`${value} is no whole number of 32 bits`);
    default:
      return fail(`${String(value)} is not part of the language`);
  }
}

function propertyKind(kinds: Readonly<Record<string, Kind>>, name: string, fault: string): Kind {
  if (Object.hasOwn(kinds, name)) return kinds[name]!;
  return fail(`${fault} '${name}'${nearest(name, Object.keys(kinds))}`);
}

const ORDERS = ['<', '<=', '>', '>='];

function comparison(operator: string, left: Kind, right: Kind): Kind {
  const isOrder = ORDERS.includes(operator);
  if (!isOrder && operator !== '==' && operator !== '!=') {
    fail(`operator ${operator} is not part of the language`);
  }
  if (left.constant === true && right.constant === true) {
    fail(`both sides of ${operator} are constants`);
  }
  const not = [left, right].find(({ is }) => is === 'text' || is === 'condition');
  if (isOrder && not !== undefined) fail(`${operator} compares numbers, and not a ${not.is}`);
  if (!isOrder) checkEqual(operator, left, right);
  return CONDITION;
}

/** Refuses what can never be equal. */
function checkEqual(operator: string, left: Kind, right: Kind): void {
  const kinds = [left.is, right.is];
  if (left.is !== right.is && (!kinds.includes('result') || kinds.includes('condition'))) {
    const hint = kinds.includes('condition')
      ? '; a condition stands alone, or with ! before it'
      : '';
    fail(`${operator} compares a ${left.is} with a ${right.is}, which are never equal${hint}`);
  }
  const [a, b] =
    right.constant === true ? [right.values, left.values] : [left.values, right.values];
  if (a === undefined || b === undefined || a.some((value) => b.includes(value))) return;
  fail(`${operator} compares with '${a[0]}', which it never is${nearest(a[0]!, b)}`);
}

function fail(reason: string): never {
  throw new Error(`condition: ${reason}`);
}
