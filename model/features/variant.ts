import { HUNK_IDS, PARTS, SWITCH_IDS } from './hunk-id';
import type { EditId, HunkId, SwitchId } from './hunk-id';

const bitOf = new Map<string, bigint>(SWITCH_IDS.map((id, index) => [id, 1n << BigInt(index)]));
const hunkIds = new Set<string>(HUNK_IDS);

/** The switches that a hunk stands for: its parts, or itself. */
export function switchesOf(id: HunkId): readonly SwitchId[] {
  return PARTS[id] ?? [id as SwitchId];
}

function bitsOf(ids: Iterable<HunkId | SwitchId>): bigint {
  let bits = 0n;
  for (const id of ids) {
    const switches = hunkIds.has(id) ? switchesOf(id as HunkId) : [id];
    for (const switchId of switches) bits |= bitOf.get(switchId)!;
  }
  return bits;
}

/** Which switches are on: one kernel of the many that the series can be cut into. Never changes. */
export class Variant {
  private constructor(private readonly bits: bigint) {}

  /** The variant with these switches on; a hunk's id means all its parts. */
  static of(ids: Iterable<HunkId | SwitchId>): Variant {
    return new Variant(bitsOf(ids));
  }

  has(id: SwitchId): boolean {
    return (this.bits & bitOf.get(id)!) !== 0n;
  }

  /** Whether all of a hunk's switches are on. */
  hasHunk(id: HunkId): boolean {
    const bits = bitsOf([id]);
    return (this.bits & bits) === bits;
  }

  plus(ids: Iterable<HunkId | SwitchId>): Variant {
    return new Variant(this.bits | bitsOf(ids));
  }

  minus(ids: Iterable<HunkId | SwitchId>): Variant {
    return new Variant(this.bits & ~bitsOf(ids));
  }

  /** The switches that are on, in the order of the series. */
  switches(): SwitchId[] {
    return SWITCH_IDS.filter((id) => this.has(id));
  }

  equals(other: Variant): boolean {
    return this.bits === other.bits;
  }

  /** A short text that two variants have in common exactly if they are equal. */
  get key(): string {
    return this.bits.toString(16);
  }
}

const of = (test: (id: HunkId) => boolean): Variant => Variant.of(HUNK_IDS.filter(test));
const isFixup = (id: HunkId): boolean => id.startsWith('fixup/');
/** Whether a hunk is an edit of the model, which a user has given beside the series. */
const isEdit = (id: string): id is EditId => id.startsWith('edit/');
const isFirstThree = (id: HunkId): boolean => /^p[123]\//.test(id);

/** The names of the named variants, from the least to the most telling. */
export const VARIANT_NAMES = ['base', 'original', 'fixed', 'patch3', 'patch3-fixed'] as const;

/** The name of a variant that has one. */
export type VariantName = (typeof VARIANT_NAMES)[number];

/** The variants that have a name of their own. */
export const NAMED_VARIANTS = {
  /** Linux 3.14 without the series. */
  base: Variant.of([]),
  /** All six mails as posted. */
  original: of((id) => !isFixup(id) && !isEdit(id)),
  /** All six mails and the fixup. */
  fixed: of((id) => !isEdit(id)),
  /** The first three mails only. */
  patch3: of(isFirstThree),
  /** The first three mails and the fixup. */
  'patch3-fixed': of((id) => isFirstThree(id) || isFixup(id)),
} as const satisfies Readonly<Record<VariantName, Variant>>;

/** The edits of the model that were given; none as a rule. */
export const EDITS: readonly EditId[] = (HUNK_IDS as readonly string[]).filter(isEdit);
