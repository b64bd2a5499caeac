/**
 * Conditions on outcomes: `r1 == 0 && !pte(P0, a[1]).dirty`. The grammar is jsep's (C-like
 * expressions); what names mean is documented in docs/scenarios.md.
 */
import jsep, { type Expression } from 'jsep';
import { ERRNO } from './errno';
import { resultOf, type Outcome, type PageView } from './outcome';

type Value = number | string | boolean | undefined;

export const SIGNALS = ['SIGSEGV', 'SIGBUS', 'SIGKILL'];

/** Whether `outcome` satisfies a condition, of which all is known that it names: see checkCondition. */
export function holds(text: string, outcome: Outcome): boolean {
  return Boolean(evaluate(parseCondition(text), outcome));
}

const cache = new Map<string, Expression>();

/** The condition's form. @throws Error in one line where it is none */
export function parseCondition(text: string): Expression {
  const known = cache.get(text);
  if (known !== undefined) return known;
  try {
    const expression = jsep(text);
    if (expression.type === 'Compound') throw new Error('empty or more than one expression');
    cache.set(text, expression);
    return expression;
  } catch (error) {
    throw new Error(`condition '${text}': ${(error as Error).message}`, { cause: error });
  }
}

function evaluate(node: Expression, outcome: Outcome): Value {
  switch (node.type) {
    case 'Literal':
      return node['value'] as Value;
    case 'Identifier':
      return identifier(String(node['name']), outcome);
    case 'UnaryExpression': {
      const value = evaluate(node['argument'] as Expression, outcome);
      return node['operator'] === '!' ? !value : -Number(value);
    }
    case 'BinaryExpression':
    case 'LogicalExpression':
      return binary(node, outcome);
    case 'MemberExpression':
      return member(node, outcome);
    default:
      return call(node, outcome);
  }
}

function identifier(name: string, outcome: Outcome): Value {
  const result = resultOf(outcome, name);
  if (result !== undefined) return result;
  if (Object.hasOwn(ERRNO, name)) return ERRNO[name as keyof typeof ERRNO];
  switch (name) {
    case 'fault':
      return outcome.system.faults.length > 0;
    case 'stuck':
      return stuckOf(outcome).length > 0;
    case 'killed':
      return outcome.user.killed.length + outcome.system.killed.length > 0;
    case 'free_pages':
      return outcome.system.freePages;
    case 'free_swap':
      return outcome.system.freeSwap;
    default:
      return SIGNALS.includes(name) ? name : undefined;
  }
}

/** The name of the function that is called. */
export const calleeOf = (node: Expression): string =>
  String((node['callee'] as Expression)['name']);

const stuckOf = ({ user, system }: Outcome): readonly string[] => [...user.stuck, ...system.stuck];

function binary(node: Expression, outcome: Outcome): Value {
  const operator = String(node['operator']);
  const left = evaluate(node['left'] as Expression, outcome);
  if (operator === '&&') return left && evaluate(node['right'] as Expression, outcome);
  if (operator === '||') return left || evaluate(node['right'] as Expression, outcome);
  const right = evaluate(node['right'] as Expression, outcome);
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return Number(left) < Number(right);
    case '<=':
      return Number(left) <= Number(right);
    case '>':
      return Number(left) > Number(right);
    case '>=':
      return Number(left) >= Number(right);
    case '+':
      return Number(left) + Number(right);
    case '-':
      return Number(left) - Number(right);
    default:
      throw new Error(`condition: operator ${operator} is not part of the language`);
  }
}

function member(node: Expression, outcome: Outcome): Value {
  const object = node['object'] as Expression;
  const property = String((node['property'] as Expression)['name']);
  if (object.type === 'Identifier') return outcome.system.vmstat[property] ?? 0;
  const args = argumentTexts(object);
  switch (calleeOf(object)) {
    case 'rss':
      return outcome.system.processes[args[0]!]?.[property as 'anon'] ?? 0;
    case 'pte':
      return pteProperty(outcome.internal.ptes[pageKey(args)], property);
    default:
      return pageProperty(pageAt(outcome, args), property);
  }
}

function call(node: Expression, outcome: Outcome): Value {
  const args = argumentTexts(node);
  switch (calleeOf(node)) {
    case 'fault':
      return outcome.system.faults.some((fault) => fault.includes(args[0] ?? ''));
    case 'stuck':
      return stuckOf(outcome).includes(args[0]!);
    default:
      throw new Error('condition: expected a property, as in page(P0, a).dirty');
  }
}

function pteProperty(pte: string | undefined, property: string): boolean {
  return (pte ?? 'none').split(' ').includes(property);
}

function pageAt(outcome: Outcome, args: string[]): PageView | undefined {
  const pte = outcome.internal.ptes[pageKey(args)];
  // A huge page is named by its first small page, and marked so in the text.
  const name = pte?.split(' -> ')[1]?.replace(' (huge)', '');
  return name === undefined ? undefined : outcome.internal.pages[name];
}

function pageProperty(page: PageView | undefined, property: string): Value {
  if (page === undefined) return undefined;
  switch (property) {
    case 'count':
      return page.count;
    case 'mapcount':
      return page.mapcount;
    case 'mapping':
      return page.mapping;
    case 'lru':
      return page.lru.split(' ')[0];
    case 'from_tail':
      return Number(page.lru.split(' ')[1]);
    case 'lazyfree':
      return page.mapping === 'anon|lzfree';
    case 'ksm':
      return page.mapping === 'ksm';
    default:
      return page.flags.includes(property);
  }
}

/** What a function is called with, as it was written but without quotes: `P0`, `a[1]`, `mm/rmap.c`. */
export function argumentTexts(node: Expression): string[] {
  return (node['arguments'] as Expression[]).map((argument) => {
    if (argument.type === 'Identifier') return String(argument['name']);
    if (argument.type === 'Literal') return String(argument['value']);
    if (argument.type === 'MemberExpression') {
      const area = (argument['object'] as Expression)['name'];
      return `${area}[${(argument['property'] as Expression)['value']}]`;
    }
    throw new Error('condition: expected a process, an address like a[1], or a quoted text');
  });
}

/** The key of a page: a mapping's name alone means its first page. */
const pageKey = ([process, address]: readonly string[]): string =>
  `${process}:${address}${address?.endsWith(']') ? '' : '[0]'}`;
