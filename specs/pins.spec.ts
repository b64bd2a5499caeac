import { explore } from '../model/diff/explore';
import { diffBehaviours } from '../model/diff/outcome-diff';
import { isSequential, pinsOf } from '../model/diff/pins';
import { REDUNDANT } from '../model/diff/redundant';
import { judge } from '../model/diff/verdict';
import { applySwitches, switchesRead } from '../model/features/hunk';
import type { SwitchId } from '../model/features/hunk-id';
import { HUNKS } from '../model/features/hunk-table';
import { validate, without } from '../model/features/requires';
import { NAMED_VARIANTS } from '../model/features/variant';
import { executeInOrder } from '../model/scenario/sample';
import { ScenarioProgram } from '../model/scenario/program';
import type { Scenario } from '../model/scenario/ast';
import { effectiveSwitches, type PinTable } from '../scripts/pin-table';
import { placeTable } from '../scripts/place-table';
import { loadSuite } from '../scripts/suite';
import recordedPins from './pins.json';
import recordedPlaces from './places.json';

const { fixed } = NAMED_VARIANTS;
const { switches } = recordedPins as PinTable;
const suite = new Map(loadSuite().map(({ scenario }) => [scenario.name, scenario]));
const scenarioCalled = (name: string): Scenario => suite.get(name)!;

describe('every switch that acts', () => {
  it('has an entry of its own in the table of pins', () => {
    expect(switches.map(({ id }) => id)).toEqual(effectiveSwitches());
  });

  it('is pinned, or declared redundant', () => {
    const unpinned = switches.filter(({ pins }) => pins.length === 0).map(({ id }) => id);
    expect(unpinned).toEqual(Object.keys(REDUNDANT));
  });
});

describe.each(switches.filter(({ pins }) => pins.length > 0))('$id', ({ id, pins }) => {
  it.each(pins)('is pinned by $scenario: $quantifier $condition', (pin) => {
    expect(pinsOf(id, [scenarioCalled(pin.scenario)])).toContainEqual(pin);
  });

  it('is taken away together with nothing but what cannot be compiled without it', () => {
    expect(validate(without(fixed, id))).toEqual([]);
  });
});

const named = [...new Set(switches.flatMap(({ pins }) => pins.map(({ scenario }) => scenario)))];

it.each(named)('%s, which pins, holds on fixed', (name) => {
  const verdicts = judge(scenarioCalled(name), 'fixed', explore(scenarioCalled(name), fixed));
  expect(verdicts.filter(({ met }) => met !== 'yes')).toEqual([]);
});

const redundant = Object.entries(REDUNDANT).flatMap(([id, redundancy]) =>
  redundancy === undefined
    ? []
    : [
        {
          id: id as SwitchId,
          scenario: scenarioCalled(redundancy.scenario),
          reason: redundancy.reason,
        },
      ],
);

describe.each(redundant)('$id, which is redundant', ({ id, scenario }) => {
  it('is read in the scenario that shows it', () => {
    applySwitches((each) => fixed.has(each));
    explore(scenario, fixed);
    expect(switchesRead()).toContain(id);
  });

  it('does not change what can happen there, at any level', () => {
    const levels = diffBehaviours(explore(scenario, fixed), explore(scenario, without(fixed, id)));
    expect(levels.map(({ verdict }) => verdict)).toEqual(['equal', 'equal', 'equal']);
  });

  it('is pinned by no scenario that runs alone', () => {
    expect(pinsOf(id, [...suite.values()].filter(isSequential))).toEqual([]);
  });
});

describe('switches without effect', () => {
  const inert = HUNKS.flatMap((hunk) => hunk.switches)
    .filter(({ effect }) => effect === 'none')
    .map(({ id }) => id);

  it('are read in no scenario', () => {
    const read = new Set<SwitchId>();
    for (const scenario of suite.values()) {
      executeInOrder(new ScenarioProgram(scenario, (id) => fixed.has(id)));
      for (const id of switchesRead()) read.add(id);
    }
    expect(inert.filter((id) => read.has(id))).toEqual([]);
    expect(read.size).toBeGreaterThan(inert.length);
  });

  it('have no place in the model, and all others have one', () => {
    const placeless = recordedPlaces.switches.filter(({ places }) => places.length === 0);
    expect(placeless.map(({ id }) => id)).toEqual(inert);
  });
});

describe('specs/places.json', () => {
  it('says where the model reads each switch today', () => {
    expect(recordedPlaces).toEqual(placeTable());
  });
});
