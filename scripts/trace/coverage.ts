/** Which arms of the switches the suite's scenarios reach. */
import { explore } from '../../model/diff/explore';
import { REDUNDANT } from '../../model/diff/redundant';
import { switchesRead } from '../../model/features/hunk';
import { SWITCH_IDS, type SwitchId } from '../../model/features/hunk-id';
import { without } from '../../model/features/requires';
import { NAMED_VARIANTS, type Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import pins from '../../specs/pins.json';
import type { PinTable } from '../pin-table';

/** A scenario in which a switch was read with each value; null if there is none. */
export interface ReachedArms {
  readonly on: string | null;
  readonly off: string | null;
}

/** A few executions: what no schedule reaches that early counts as not reached. */
const EXECUTIONS = 20;

/**
 * Looks for a scenario for each arm of each switch: first with all of the suite on variants that have most
 * switches on or off, then, where an arm is left, on the variant without just this switch, in the scenarios
 * that pin it. Pauses after each scenario on each variant.
 */
export function* searchArms(
  suite: readonly Scenario[],
): Generator<void, Map<SwitchId, ReachedArms>, undefined> {
  const reached = new Map<SwitchId, { on: string | null; off: string | null }>(
    SWITCH_IDS.map((id) => [id, { on: null, off: null }]),
  );
  const run = (scenario: Scenario, variant: Variant): void => {
    for (const id of readIn(scenario, variant)) {
      reached.get(id)![variant.has(id) ? 'on' : 'off'] ??= scenario.name;
    }
  };
  const { fixed, original, base } = NAMED_VARIANTS;
  for (const variant of [fixed, original, base]) {
    for (const each of suite) yield run(each, variant);
  }
  for (const [id, { off }] of reached) {
    const names = off === null ? scenariosOf(id) : [];
    for (const each of suite) {
      if (names.includes(each.name)) yield run(each, without(fixed, id));
    }
  }
  return reached;
}

const pinned = new Map((pins as PinTable).switches.map((each) => [each.id, each.pins]));

/** The scenarios in which a switch is known to matter, or to be read. */
export function scenariosOf(id: SwitchId): string[] {
  const redundancy = REDUNDANT[id];
  const names = (pinned.get(id) ?? []).map(({ scenario }) => scenario);
  return [...new Set(redundancy ? [redundancy.scenario, ...names] : names)];
}

/** The switches that a scenario reads, in its set-up and in a few of its executions. */
function readIn(scenario: Scenario, variant: Variant): SwitchId[] {
  try {
    explore(scenario, variant, { executions: EXECUTIONS });
  } catch (error) {
    // A task that crashed with a lock held leaves the set-up waiting; what was read until then was read.
    if (!(error instanceof Error) || !error.message.startsWith('runAlone: waits for ever'))
      throw error;
  }
  return switchesRead();
}
