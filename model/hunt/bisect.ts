/** A series patch by patch: which prefixes there are, and what becomes of a fault along them. */
import { HUNK_IDS } from '../features/hunk-id';
import { validate, type Missing } from '../features/requires';
import { switchesOf, type Variant } from '../features/variant';

/** The kernel after some patches of a series. */
export interface Prefix {
  /** The last patch that is in; `base` for none. */
  readonly patch: string;
  readonly variant: Variant;
  /** What its C code would miss; it builds if nothing. */
  readonly missing: readonly Missing[];
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
    return { patch, variant: kernel, missing: validate(kernel) };
  });
}

const switchesIn = (patch: string) =>
  HUNK_IDS.filter((id) => id.startsWith(`${patch}/`)).flatMap(switchesOf);

/** What becomes of a fault: whose it is. */
export type FaultCourse = 'pre-existing' | 'introduced' | 'transient' | 'fixed';

export interface Course {
  readonly course: FaultCourse;
  /** The patch that brings it; absent if base has it. */
  readonly from?: string;
  /** The patch with which it goes; absent if it stays. */
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
