/** Whether what a hunk defines and calls is in the model, under its name and in the arm of its switch. */
import { SWITCH_IDS, type SwitchId } from '../../model/features/hunk-id';
import { switchFacts } from '../../model/features/hunk-table';
import type { Arms } from './arms';
import { check, type Check } from './check';
import { LIST_EXCEPTIONS, MODEL_CALLS, NAME_EXCEPTIONS } from './exceptions';
import type { Declaration } from './model-code';
import { callFaults, callsInModel, callsInText, definedAt, namingFaults } from './symbols';

/** The checks of definitions, calls and names. */
export function symbolChecks(
  arms: ReadonlyMap<SwitchId, Arms>,
  code: readonly Declaration[],
): Check[] {
  const acting = SWITCH_IDS.filter((id) => switchFacts(id).effect !== 'none');
  const isKernelName = kernelNames(code);
  return [
    check('defined', 'every symbol that a hunk defines is declared under its name', [
      ...acting.flatMap((id) =>
        definedAt(id, code)
          .filter(({ at }) => at === null)
          .map(({ symbol }) => `${id}: ${symbol} is declared nowhere`),
      ),
    ]),
    check(
      'called',
      'the arms of a switch differ in the calls in which its hunk differs, in order',
      [
        ...acting.flatMap((id) => {
          const [text, own] = [callsInText(id), arms.get(id)];
          if (text === undefined || own === undefined) return [];
          return callFaults(text, callsInModel(own, isKernelName)).map(
            (fault) => `${id}: ${fault}`,
          );
        }),
      ],
    ),
    check('named', 'the arms of a switch differ in the constants by which its hunk is known', [
      ...acting.flatMap((id) => {
        const own = arms.get(id);
        return own ? namingFaults(id, own) : [];
      }),
    ]),
    check('exceptions-named', 'every exception of a name is needed', unneeded(arms)),
  ];
}

/** Whether a name is one of the kernel's: its files in the model declare it for others, or mirror it. */
export function kernelNames(code: readonly Declaration[]): (name: string) => boolean {
  const names = new Set([
    ...code.filter(({ exported, mirrors }) => exported || mirrors).map(({ name }) => name),
    ...NAME_EXCEPTIONS.flatMap(({ model }) => (model === null ? [] : [model])),
  ]);
  return (name) => names.has(name);
}

/** Exceptions that explain nothing. */
function unneeded(arms: ReadonlyMap<SwitchId, Arms>): string[] {
  const used = new Set(
    SWITCH_IDS.flatMap((id) => {
      const { derived } = switchFacts(id);
      return [...(derived?.uses ?? []), ...(derived?.calls ?? []).map(({ name }) => name)];
    }),
  );
  const names = NAME_EXCEPTIONS.filter(({ name }) => !used.has(name)).map(({ name }) => name);
  const listed = LIST_EXCEPTIONS.filter(({ id, name }) => {
    const own = arms.get(id);
    const occurrences = (all: readonly string[]) => all.filter((each) => each === name).length;
    return own === undefined || occurrences(own.on.names) > occurrences(own.off.names);
  });
  const called = [...arms.values()].flatMap(({ on }) => on.calls);
  const own = MODEL_CALLS.filter(({ name }) => !called.includes(name)).map(({ name }) => name);
  return [...names, ...own, ...listed.map(({ id, name }) => `${id}: ${name}`)];
}
