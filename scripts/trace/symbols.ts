/** What a hunk defines, calls and names in C, next to what its arms do in the model. */
import type { SwitchId } from '../../model/features/hunk-id';
import { HUNKS, hunkFacts, switchFacts } from '../../model/features/hunk-table';
import type { Arms } from './arms';
import { LIST_EXCEPTIONS, MODEL_CALLS, NAME_EXCEPTIONS } from './exceptions';
import { isCounterpart, type Declaration } from './model-code';

/** Calls in a hunk, or in the two arms of a switch: of the lines with it and of those without it. */
export interface Calls {
  readonly on: readonly string[];
  readonly off: readonly string[];
}

const renamed = new Map(NAME_EXCEPTIONS.map(({ name, model }) => [name, model]));
const toModel = (names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const model = renamed.get(name);
    return model === undefined ? [name] : model === null ? [] : [model];
  });

/** What the series defines that C only names and the model calls: constants and members. */
const constants = new Set(
  HUNKS.flatMap(({ switches }) => switches)
    .flatMap(({ derived }) => derived?.defines ?? [])
    .filter(({ kind }) => kind === 'macro' || kind === 'enumerator' || kind === 'field')
    .map(({ name }) => name.slice(name.lastIndexOf('.') + 1)),
);

/** The calls in the lines that a hunk adds and removes, in the model's names; undefined without its text. */
export function callsInText(id: SwitchId): Calls | undefined {
  const { derived } = switchFacts(id);
  if (derived === undefined) return undefined;
  const names = (calls: typeof derived.calls) => toModel(calls.map(({ name }) => name));
  return { on: names(derived.calls), off: names(derived.dropped) };
}

/** The calls of kernel functions in the functions that ask for a switch, with it and without it. */
export function callsInModel({ on, off }: Arms, isKernelName: (name: string) => boolean): Calls {
  const own = new Set(MODEL_CALLS.map(({ name }) => name));
  const kernelCalls = (calls: readonly string[]) =>
    calls.filter((name) => isKernelName(name) && !constants.has(name) && !own.has(name));
  return { on: kernelCalls(on.calls), off: kernelCalls(off.calls) };
}

/** Calls that one side has more than the other, each in its order. */
export interface CallChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What is called with a hunk or switch and not without it, and the other way round. */
export function changeOf({ on, off }: Calls): CallChange {
  const most = Math.min(on.length, off.length);
  const sameFor = (same: (index: number) => boolean, limit: number): number => {
    let index = 0;
    while (index < limit && same(index)) index += 1;
    return index;
  };
  // What both have around the place of the change is not part of it.
  const head = sameFor((index) => on[index] === off[index], most);
  const tail = sameFor((index) => on.at(-1 - index) === off.at(-1 - index), most - head);
  const [withIt, withoutIt] = [on, off].map((names) => names.slice(head, names.length - tail));
  return { added: rest(withIt, withoutIt), removed: rest(withoutIt, withIt) };
}

/** The names that are left when each of the others has taken one of its kind away. */
function rest(names: readonly string[], others: readonly string[]): string[] {
  const taken = [...others];
  return names.filter((name) => {
    const at = taken.indexOf(name);
    if (at !== -1) taken.splice(at, 1);
    return at === -1;
  });
}

/** Where the arms' calls are not those of the hunk: how many of each name, and in which order; in words. */
export function callFaults(text: Calls, model: Calls): string[] {
  const surplus = (calls: Calls, name: string) => count(calls.on, name) - count(calls.off, name);
  const names = new Set([...text.on, ...text.off, ...model.on, ...model.off]);
  const wrong = [...names].filter((name) => surplus(text, name) !== surplus(model, name));
  const more = (calls: Calls, name: string) => `${surplus(calls, name)} more of ${name}`;
  return [
    ...wrong.map((name) => `the hunk calls ${more(text, name)}, the arm ${more(model, name)}`),
    ...(isWithin(text.on, model.on) ? [] : [`not called in the order ${text.on.join(', ')}`]),
    ...(isWithin(text.off, model.off) ? [] : [`not called without it: ${text.off.join(', ')}`]),
  ];
}

/** Whether names stand in this order among others. */
function isWithin(names: readonly string[], others: readonly string[]): boolean {
  let at = 0;
  for (const name of others) if (name === names[at]) at += 1;
  return at === names.length;
}

/** Constants and members that a hunk's added lines name, in the model's names. */
function constantsInText(id: SwitchId): string[] {
  const uses = switchFacts(id).derived?.uses ?? [];
  return toModel(uses.filter((name) => constants.has(name) || /^[A-Z][A-Z0-9_]+$/.test(name)));
}

const count = (names: readonly string[], name: string): number =>
  names.filter((each) => each === name).length;

/** What a hunk must have in its arms by its text or, without one, by what it is known by; faults in words. */
export function namingFaults(id: SwitchId, { on, off }: Arms): string[] {
  const missing = constantsInText(id)
    .filter((name) => !on.names.includes(name) && !on.calls.includes(name))
    .map((name) => `${id}: its arm does not name ${name}`);
  const { hunk, defines } = switchFacts(id);
  const signature = hunkFacts(hunk).signature;
  const plain = (tokens: readonly string[] = []) =>
    toModel(tokens.map((token) => token.replaceAll('"', ''))).filter((name) => !isOwn(name));
  const isOwn = (name: string) => /^[a-z_]+$/.test(name) && defines.includes(name);
  const [added, removed] = [plain(signature?.added), plain(signature?.removed)];
  const unlike = [
    ...added.filter(
      (name) => !removed.includes(name) && count(on.names, name) <= count(off.names, name),
    ),
    ...removed.filter(
      (name) => !added.includes(name) && count(off.names, name) <= count(on.names, name),
    ),
  ].filter((name) => !LIST_EXCEPTIONS.some((each) => each.id === id && each.name === name));
  return [...missing, ...unlike.map((name) => `${id}: its arms do not differ in ${name}`)];
}

/** A symbol that a switch defines, and where the model declares it. */
export interface DefinedAt {
  readonly symbol: string;
  /** `file:line`; null if nowhere. */
  readonly at: string | null;
}

/** Where the model has each symbol that a switch defines. */
export function definedAt(id: SwitchId, code: readonly Declaration[]): DefinedAt[] {
  const { hunk, defines } = switchFacts(id);
  const own = code.filter(({ file }) => isCounterpart(file, hunkFacts(hunk).file));
  return defines.map((symbol) => {
    const found = own.find((declaration) => declares(declaration, symbol));
    return { symbol, at: found ? `${found.file}:${found.line}` : null };
  });
}

/** Whether a declaration is that of a symbol, of its struct with that member, or of a list that holds it. */
function declares({ name, parts }: Declaration, symbol: string): boolean {
  const [owner, member] = symbol.split('.');
  if (member === undefined)
    return name === symbol || (/^[A-Z_]+$/.test(name) && parts.includes(symbol));
  return sameWords(name, owner) && parts.includes(member);
}

/** `zap_details` is ZapDetails where it is a type. */
const sameWords = (model: string, kernel: string): boolean =>
  model.toLowerCase() === kernel.replaceAll('_', '').toLowerCase() || model === kernel;
