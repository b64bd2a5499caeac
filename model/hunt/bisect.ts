/** A series patch by patch: which prefixes there are, and what becomes of a fault along them. */
import { HUNK_IDS } from '../features/hunk-id';
import { validate, type Missing } from '../features/requires';
import { switchesOf, type Variant } from '../features/variant';
import type { PatchPosition } from '../patch/patch-error';

/** The kernel after some patches of a series. */
export interface Prefix {
  /** The last patch that is in; `base` for none. */
  readonly patch: string;
  readonly variant: Variant;
  /** What its C code would miss; it builds if nothing. */
  readonly missing: readonly Missing[];
  /**
   * Hunks of a patch file up to here that are known only together with later messages: nothing tells then
   * what the prefix is. None for a variant's name.
   */
  readonly unclear: readonly UnclearHunk[];
  /** The message of a patch file that the last patch is; absent for base and for a patch of the series. */
  readonly message?: MessageStep;
}

/** A message of a patch file as the last step of a prefix. */
export interface MessageStep {
  readonly subject: string;
  /** Its place in the file's series, where the subject tells. */
  readonly number: number | null;
  /** Whether it changes anything that is modelled. */
  readonly changes: boolean;
}

export interface UnclearHunk {
  readonly file: string;
  readonly position: PatchPosition;
}

/** Base, and the kernel after each patch of which the variant has something. */
export function prefixesOf(variant: Variant): Prefix[] {
  const patchOf = (id: string): string => id.split('/', 1)[0]!;
  const patches = [...new Set(HUNK_IDS.map(patchOf))].filter((patch) =>
    switchesIn(patch).some((id) => variant.has(id)),
  );
  return ['base', ...patches].map((patch, i) => {
    const later = patches.slice(i).flatMap(switchesIn);
    const kernel = variant.minus(later);
    return { patch, variant: kernel, missing: validate(kernel), unclear: [] };
  });
}

const switchesIn = (patch: string) =>
  HUNK_IDS.filter((id) => id.startsWith(`${patch}/`)).flatMap(switchesOf);

/** What becomes of a fault: whose it is. */
export type FaultCourse = 'pre-existing' | 'introduced' | 'transient' | 'fixed';

export interface Course {
  readonly course: FaultCourse;
  /** The patch that brings it; absent if base has it. Several with `or` where not each of them was run. */
  readonly from?: string;
  /** The patch with which it goes, likewise; absent if it stays. */
  readonly until?: string;
}

/**
 * @param prefixes the patches of those prefixes that were run, base first
 * @param present whether each has the fault
 */
export function courseOf(prefixes: readonly string[], present: readonly boolean[]): Course {
  const last = present.lastIndexOf(true);
  const until = last + 1 < prefixes.length ? { until: prefixes[last + 1]! } : {};
  if (present[0])
    return { course: last + 1 < prefixes.length ? 'fixed' : 'pre-existing', ...until };
  const from = { from: prefixes[present.indexOf(true)]! };
  return { course: last + 1 < prefixes.length ? 'transient' : 'introduced', ...from, ...until };
}
