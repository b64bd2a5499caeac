/** The text form of a scenario: YAML as the carrier, one line an operation. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { VARIANT_NAMES } from '../features/variant';
import { configFault, defaultConfig, type KernelConfig } from '../state/config';
import {
  ScenarioError,
  type Action,
  type Actor,
  type Expectation,
  type Operation,
  type Position,
  type Quantifier,
  type Scenario,
  type Thread,
} from './ast';
import { checkOperands } from './check-operands';
import { checkCondition, conditionNames, type ConditionNames } from './condition-check';
import { layOut } from './layout';
import { nearest } from './nearest';
import { OperationSyntaxError, parseOperation } from './operation-syntax';
import { checkOperation, operationSpec } from './operations';

/** What goes wrong in a list in brackets: an address has brackets of its own. */
const FLOW_HINT = '; quote an operation that has [ ] in it, or give each one a line';
const KEYS = ['scenario', 'title', 'source', 'options', 'setup', 'threads', 'after', 'expect'];
const ACTOR = /^([A-Za-z][A-Za-z0-9_]*)(?:\/([A-Za-z][A-Za-z0-9_]*))?(?:@(\d+))?$/;
const LARGEST_TEXT = 1 << 20;

/**
 * Parses a scenario.
 *
 * @param file name to report errors under
 * @throws ScenarioError with line and column, and what was expected
 */
export function parseScenario(text: string, file = 'scenario'): Scenario {
  if (text.length > LARGEST_TEXT) {
    throw new ScenarioError(file, undefined, 'longer than 1 MiB; a scenario fits one screen');
  }
  return new Reader(text, file).scenario();
}

class Reader {
  private readonly lines = new LineCounter();
  private readonly root: YAMLMap;

  constructor(
    text: string,
    private readonly file: string,
  ) {
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    const [error] = document.errors;
    if (error?.code === 'MULTIPLE_DOCS') {
      throw this.error(
        error.pos[0],
        'a second document begins here; give each scenario a file of its own',
      );
    }
    if (error !== undefined) {
      const hint = /flow sequence/.test(error.message) ? FLOW_HINT : '';
      throw this.error(error.pos[0], `not YAML: ${error.message}${hint}`);
    }
    if (!isMap(document.contents)) {
      throw this.error(0, `expected a mapping with the keys ${KEYS.join(', ')}`);
    }
    this.root = document.contents;
  }

  scenario(): Scenario {
    this.checkKeys(this.root, KEYS);
    const name = this.text('scenario');
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) {
      throw this.error(
        this.offset('scenario'),
        `expected a name of a-z, 0-9, - and _, found '${name}'`,
      );
    }
    const setup = this.actions('setup');
    const threads = this.threads();
    const after = this.actions('after');
    const [title, source] = [this.text('title'), this.text('source')];
    const options = this.options();
    const stated = { name, title, source, options, setup, threads, after, expect: [] };
    return { ...stated, expect: this.expectations(stated) };
  }

  private options(): Partial<KernelConfig> {
    const node = this.root.get('options', true);
    if (node === undefined) return {};
    if (!isMap(node)) throw this.error(offsetOf(node), 'expected a mapping of options');
    const options: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = String(pair.key);
      if (!Object.hasOwn(defaultConfig, key)) {
        throw this.error(
          offsetOf(pair.key),
          `no option '${key}'${nearest(key, Object.keys(defaultConfig))}`,
        );
      }
      const value = isScalar(pair.value) ? pair.value.value : undefined;
      const wanted = configFault(key as keyof KernelConfig, value);
      if (wanted !== undefined) {
        throw this.error(offsetOf(pair.value), `option ${key}: expected ${wanted}`);
      }
      options[key] = value;
    }
    return options;
  }

  private threads(): Thread[] {
    const node = this.root.get('threads', true);
    if (node === undefined) return [];
    if (!isMap(node))
      throw this.error(offsetOf(node), 'expected a mapping from threads to operations');
    const names = new Set<string>();
    return node.items.map((pair) => {
      const actor = this.actor(pair);
      if (names.has(actor.name)) {
        throw this.error(offsetOf(pair.key), `another thread is called '${actor.name}', too`);
      }
      names.add(actor.name);
      const operations = this.operations(pair.value);
      const looking = operations.find(({ verb }) => operationSpec(verb)!.alone === true);
      if (looking !== undefined) {
        const message = `${looking.verb} belongs in setup or after, where nothing runs beside it`;
        throw new ScenarioError(this.file, looking.position, message);
      }
      return { actor, operations };
    });
  }

  private actions(key: string): Action[] {
    const node = this.root.get(key, true);
    if (node === undefined) return [];
    if (!isSeq(node)) {
      throw this.error(offsetOf(node), `expected a list under ${key}, as in '- P0: write a 1'`);
    }
    return node.items.flatMap((item) => {
      if (!isMap(item) || item.items.length !== 1) {
        throw this.error(offsetOf(item), `expected 'actor: operation', as in '- P0: write a 1'`);
      }
      const [pair] = item.items as [Pair];
      const actor = this.actor(pair);
      return this.operations(pair.value).map((operation) => ({ actor, operation }));
    });
  }

  private actor(pair: Pair): Actor {
    const name = String(pair.key);
    const match = ACTOR.exec(name);
    if (match === null) {
      throw this.error(
        offsetOf(pair.key),
        `expected an actor (P0, P0/T1, kswapd, P0/T1@2), found '${name}'`,
      );
    }
    const [, first, , cpu] = match;
    const process = /^P\d+$/.test(first!) ? first : undefined;
    return {
      name: name.replace(/@\d+$/, ''),
      ...(process !== undefined && { process }),
      ...(cpu !== undefined && { cpu: Number(cpu) }),
    };
  }

  private operations(node: unknown): Operation[] {
    const items = isSeq(node) ? node.items : [node];
    return items.map((item) => {
      if (!isScalar(item) || typeof item.value !== 'string') {
        throw this.error(offsetOf(item), 'expected an operation, as in write a 1');
      }
      return this.operation(item.value, offsetOf(item));
    });
  }

  private operation(line: string, offset: number): Operation {
    try {
      const operation = parseOperation(line, this.position(offset));
      checkOperation(operation);
      return operation;
    } catch (error) {
      if (error instanceof OperationSyntaxError)
        throw this.error(offset + error.column, error.message);
      throw error;
    }
  }

  /** @param stated the scenario without them */
  private expectations(stated: Scenario): Expectation[] {
    const node = this.root.get('expect', true);
    if (node === undefined) return [];
    if (!isSeq(node)) throw this.error(offsetOf(node), `expected a list, as in '- never: fault'`);
    const layout = layOut(stated, this.file);
    checkOperands(stated, layout);
    const names = conditionNames(stated, layout);
    return node.items.map((item) => this.expectation(item, names));
  }

  private expectation(item: unknown, names: ConditionNames): Expectation {
    if (!isMap(item)) throw this.error(offsetOf(item), `expected 'never: condition' or the like`);
    this.checkKeys(item, ['always', 'sometimes', 'never', 'variants']);
    const stated = item.items.filter((pair) => String(pair.key) !== 'variants');
    if (stated.length !== 1) {
      throw this.error(offsetOf(item), 'expected exactly one of always, sometimes, never');
    }
    const [pair] = stated as [Pair];
    const condition = String(isScalar(pair.value) ? pair.value.value : '');
    try {
      checkCondition(condition, names);
    } catch (error) {
      throw this.error(offsetOf(pair.value), (error as Error).message);
    }
    const variants = this.variants(item);
    return {
      quantifier: String(pair.key) as Quantifier,
      condition,
      ...(variants !== undefined && { variants }),
      position: this.position(offsetOf(pair.value)),
    };
  }

  /** The variants that an expectation is stated for; undefined: all. */
  private variants(item: YAMLMap): string[] | undefined {
    if (!item.has('variants')) return undefined;
    const node = item.get('variants', true);
    if (!isSeq(node) || node.items.length === 0) {
      const all = VARIANT_NAMES.join(', ');
      throw this.error(offsetOf(node), `variants: expected a list of some of ${all}`);
    }
    return node.items.map((each) => {
      const name = isScalar(each) ? String(each.value) : '';
      if (VARIANT_NAMES.some((known) => known === name)) return name;
      const hint = nearest(name, VARIANT_NAMES);
      throw this.error(offsetOf(each), `no variant is called '${name}'${hint}`);
    });
  }

  private text(key: string): string {
    const value = this.root.get(key);
    if (typeof value !== 'string' || value.trim() === '') {
      throw this.error(this.offset(key), `expected '${key}: some text'`);
    }
    return value;
  }

  private checkKeys(map: YAMLMap, allowed: string[]): void {
    for (const pair of map.items) {
      const key = String(pair.key);
      if (!allowed.includes(key)) {
        throw this.error(offsetOf(pair.key), `unknown key '${key}'${nearest(key, allowed)}`);
      }
    }
  }

  private offset(key: string): number {
    const node = this.root.get(key, true);
    return node === undefined ? 0 : offsetOf(node);
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }

  private error(offset: number, message: string): ScenarioError {
    return new ScenarioError(this.file, this.position(offset), message);
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
  return range?.[0] ?? 0;
}
