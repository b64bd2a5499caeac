import { normalizeSpace } from '../patch/normalize';
import { linesOfPart } from '../patch/part-lines';
import type { HunkLine } from '../patch/types';
import type { DefinedSymbol, DerivedSymbols } from './derived-symbols';
import type { SwitchId } from './hunk-id';
import { HUNKS } from './hunk-table';
import type { HunkFacts, SwitchFacts } from './hunk-table';

/** A need that follows from the text of two hunks. */
export interface DerivedNeed {
  readonly id: SwitchId;
  readonly from: SwitchId;
  /**
   * `symbol`: it uses what the other defines; `arguments`: a function and a call of it must agree on how many
   * there are; `lines`: it changes, or stands among, lines that the other adds.
   */
  readonly kind: 'symbol' | 'arguments' | 'lines';
  readonly symbol: string;
}

/** A switch whose text is known. */
interface TextSwitch {
  readonly facts: SwitchFacts;
  readonly hunk: HunkFacts;
  readonly symbols: DerivedSymbols;
}

function isNew(symbols: DerivedSymbols, { name }: DefinedSymbol): boolean {
  return !symbols.redefines.includes(name);
}

/** The name by which other code calls a symbol: a member without its struct. */
function shortName({ name }: DefinedSymbol): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

const SHARED: readonly DefinedSymbol['kind'][] = ['function', 'macro', 'enumerator', 'field'];

function symbolNeeds(user: TextSwitch, all: readonly TextSwitch[]): DerivedNeed[] {
  const { id } = user.facts;
  return all
    .filter((other) => other !== user)
    .flatMap(({ facts, symbols }) =>
      symbols.defines
        .filter((symbol) => SHARED.includes(symbol.kind) && isNew(symbols, symbol))
        .filter((symbol) => user.symbols.uses.includes(shortName(symbol)))
        .map(({ name }): DerivedNeed => ({ id, from: facts.id, kind: 'symbol', symbol: name })),
    );
}

/** Parameters that a switch gives to a function that was there before, with the function's name. */
function newParameters({
  symbols,
}: TextSwitch): { owner: string; parameter: string; name: string }[] {
  const made = new Set(
    symbols.defines.filter(({ kind }) => kind === 'function').map(({ name }) => name),
  );
  return symbols.defines
    .filter((symbol) => symbol.kind === 'parameter' && isNew(symbols, symbol))
    .map((symbol) => {
      const owner = symbol.name.slice(0, symbol.name.lastIndexOf('.'));
      return { owner, parameter: shortName(symbol), name: symbol.name };
    })
    .filter(({ owner }) => !made.has(owner));
}

/** A function that gets a parameter, the code in it that reads it, and the calls that pass it. */
function parameterNeeds(changer: TextSwitch, all: readonly TextSwitch[]): DerivedNeed[] {
  return newParameters(changer).flatMap(({ owner, parameter, name }) =>
    all
      .filter((other) => other !== changer && other.hunk.file === changer.hunk.file)
      .flatMap(({ facts, hunk, symbols }): DerivedNeed[] => {
        const [user, definer] = [facts.id, changer.facts.id];
        const passes = symbols.calls.find((call) => call.name === owner);
        const passed = symbols.dropped.find((call) => call.name === owner);
        if (passes && passed && passes.arguments !== passed.arguments) {
          const need = { kind: 'arguments', symbol: name } as const;
          return [
            { id: user, from: definer, ...need },
            { id: definer, from: user, ...need },
          ];
        }
        const reads = hunk.function === owner && symbols.uses.includes(parameter);
        return reads ? [{ id: user, from: definer, kind: 'symbol', symbol: name }] : [];
      }),
  );
}

function ownLines({ facts, hunk }: TextSwitch): HunkLine[] {
  return linesOfPart(hunk.text?.lines ?? [], facts, hunk.switches);
}

function plain(lines: readonly HunkLine[], op: HunkLine['op']): string[] {
  return lines.filter((line) => line.op === op).map(({ text }) => normalizeSpace(text ?? ''));
}

/** Whether a part's lines are surrounded by lines of the hunk's other part, without context between them. */
function standsInside(inner: TextSwitch, outer: TextSwitch): boolean {
  if (inner.hunk !== outer.hunk) return false;
  const all = inner.hunk.text?.lines ?? [];
  const own = new Set(ownLines(inner));
  const around = new Set(ownLines(outer).filter(({ text }) => text?.trim() !== ''));
  const first = all.findIndex((line) => own.has(line));
  const last = all.findLastIndex((line) => own.has(line));
  const isBlank = ({ op, text }: HunkLine) => op === 'added' && text?.trim() === '';
  const above = all.slice(0, first).findLast((line) => !isBlank(line));
  const below = all.slice(last + 1).find((line) => !isBlank(line));
  return above !== undefined && below !== undefined && around.has(above) && around.has(below);
}

function lineNeeds(user: TextSwitch, all: readonly TextSwitch[]): DerivedNeed[] {
  const { id } = user.facts;
  const gone = plain(ownLines(user), 'removed').join('\n');
  return all
    .filter((other) => other !== user && other.hunk.file === user.hunk.file)
    .filter((other) => {
      const added = plain(ownLines(other), 'added').join('\n');
      return (gone !== '' && `\n${added}\n`.includes(`\n${gone}\n`)) || standsInside(user, other);
    })
    .map(({ facts, hunk }) => ({ id, from: facts.id, kind: 'lines', symbol: hunk.function }));
}

/** All needs that follow from the texts of hunks; those without text have no part in it. */
export function deriveNeeds(hunks: readonly HunkFacts[]): DerivedNeed[] {
  const all = hunks.flatMap((hunk) =>
    hunk.switches.flatMap((facts): TextSwitch[] =>
      facts.derived ? [{ facts, hunk, symbols: facts.derived }] : [],
    ),
  );
  return all.flatMap((one) => [
    ...symbolNeeds(one, all),
    ...parameterNeeds(one, all),
    ...lineNeeds(one, all),
  ]);
}

/** Needs are facts about the series, written by hand; those that its text shows too are marked by it. */
export type NeedBasis = 'text' | 'facts';

let shown: ReadonlySet<string> | undefined;

/** Whether the text of the hunks shows that one switch cannot be compiled without another. */
export function needBasis(id: SwitchId, from: SwitchId): NeedBasis {
  shown ??= new Set(deriveNeeds(HUNKS).map((need) => `${need.id} ${need.from}`));
  return shown.has(`${id} ${from}`) ? 'text' : 'facts';
}
