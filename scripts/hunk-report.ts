/** What `lzfree hunks` says: each switch, where the model has it and what pins it. */
import type { Pin } from '../model/diff/pins';
import { REDUNDANT, type Redundancy } from '../model/diff/redundant';
import { needBasis, type NeedBasis } from '../model/features/derived-needs';
import type { HunkId, SwitchId } from '../model/features/hunk-id';
import { HUNKS, type Effect } from '../model/features/hunk-table';
import type { HunkStatus } from '../model/patch/types';
import pins from '../specs/pins.json';
import places from '../specs/places.json';
import type { PinTable } from './pin-table';
import type { Place, PlaceTable } from './place-table';

/** A need of a switch, and where the project has it from. */
export interface ReportedNeed {
  readonly symbol: string;
  readonly from: SwitchId;
  /** `text`: the hunks' text shows it; `facts`: it is known, but not from a text that the mail has. */
  readonly basis: NeedBasis;
}

export interface ReportedSwitch {
  readonly id: SwitchId;
  readonly hunk: HunkId;
  readonly patch: string;
  readonly status: HunkStatus;
  readonly description: string;
  readonly effect: Effect;
  /** Why it has no effect of its own. */
  readonly reason: string | null;
  readonly modelledAt: readonly Place[];
  readonly pinnedBy: readonly Pin[];
  readonly redundant: Redundancy | null;
  readonly needs: readonly ReportedNeed[];
}

const pinsById = new Map((pins as PinTable).switches.map((each) => [each.id, each.pins]));
const placesById = new Map((places as PlaceTable).switches.map((each) => [each.id, each.places]));

/** Every switch, in the order of the series. */
export function reportHunks(): ReportedSwitch[] {
  return HUNKS.flatMap(({ id: hunk, patch, status, switches }) =>
    switches.map(({ id, description, effect, reason, needs }) => ({
      id,
      hunk,
      patch,
      status,
      description,
      effect,
      reason: reason ?? null,
      modelledAt: placesById.get(id) ?? [],
      pinnedBy: pinsById.get(id) ?? [],
      redundant: REDUNDANT[id] ?? null,
      needs: needs.map(({ symbol, from }) => ({ symbol, from, basis: needBasis(id, from) })),
    })),
  );
}
