/**
 * What the two arms of a switch call and name. Its patch and those before it are applied, as its text has it;
 * what cannot be compiled without the switch is left out of both arms.
 */
import type { SwitchId } from '../../model/features/hunk-id';
import { hunkFacts, SERIES, switchFacts } from '../../model/features/hunk-table';
import { dependents } from '../../model/features/requires';
import { fold } from '../model-source/fold';
import type { Sources } from '../model-source/kernel-sources';
import { declarationsOf, type Declaration } from './model-code';
import type { PlacedSwitch } from './placed-switches';

/** The calls and names of one arm, in the order of the text. */
export interface Arm {
  readonly calls: readonly string[];
  readonly names: readonly string[];
}

export interface Arms {
  readonly on: Arm;
  readonly off: Arm;
}

const position = (id: SwitchId): number => {
  const { patch } = hunkFacts(switchFacts(id).hunk);
  return SERIES.findIndex((each) => each.patch === patch);
};

/** The arms of a switch, over all the functions that ask for it. */
export function armsOf(id: SwitchId, places: readonly PlacedSwitch[], sources: Sources): Arms {
  const own = places.filter((place) => place.id === id);
  const files = [...new Set(own.map(({ file }) => file))];
  const later = dependents([id]);
  const arm = (on: boolean): Arm => {
    const all = files.map((file) => {
      const functions = own.filter((place) => place.file === file).map((place) => place.function);
      return armIn(file, [...new Set(functions)], sources, (each) =>
        each === id ? on : position(each) <= position(id) && !later.has(each),
      );
    });
    return { calls: all.flatMap(({ calls }) => calls), names: all.flatMap(({ names }) => names) };
  };
  return { on: arm(true), off: arm(false) };
}

function armIn(
  file: string,
  functions: readonly string[],
  sources: Sources,
  decide: (id: SwitchId) => boolean,
): Arm {
  const folded = declarationsOf(file, fold(file, sources.get(file)!, decide));
  const known = new Map(folded.map((declaration) => [declaration.name, declaration]));
  const bodies = functions.flatMap((name) => known.get(name) ?? []);
  return {
    calls: bodies.flatMap((body) => expand(body, 'calls', known)),
    names: bodies.flatMap((body) => expand(body, 'names', known)),
  };
}

/** A declaration's names, each of the file's own helpers followed by what it names itself. */
function expand(
  declaration: Declaration,
  what: 'calls' | 'names',
  known: ReadonlyMap<string, Declaration>,
  around: readonly Declaration[] = [],
): string[] {
  const within = [...around, declaration];
  return declaration[what].flatMap((name) => {
    const helper = known.get(name);
    if (!helper || within.includes(helper) || !isHelper(helper)) return [name];
    return [name, ...expand(helper, what, known, within)];
  });
}

/** Whether the kernel does not have a function: it is a part of the one that calls it. */
export const isHelper = ({ exported, mirrors }: Declaration): boolean => !exported && !mirrors;
