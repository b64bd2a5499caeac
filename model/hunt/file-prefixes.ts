/** The prefixes of a series that the messages of a patch file make, each message one step. */
import { hunkFacts, HUNKS, SERIES } from '../features/hunk-table';
import { validate } from '../features/requires';
import { NAMED_VARIANTS } from '../features/variant';
import { importedVariant, type ImportedVariant } from '../patch/imported-variant';
import { matchHunks, type InputMatch } from '../patch/match';
import { excerpt } from '../patch/patch-error';
import type { Patch, PatchInput } from '../patch/types';
import type { Prefix, UnclearHunk } from './bisect';

/** A message that brings a patch; what a reply quotes is a step before the reply's own. */
interface Step {
  readonly patches: readonly Patch[];
  /** Ordinal of the first patch behind it. */
  readonly end: number;
}

const NAME_LENGTH = 40;
const ORDER = SERIES.map(({ patch }) => patch);

/**
 * Base, and the kernel after each message of a patch file, in the file's order. Patches of the series that
 * are taken as posted, as the file has nothing of them, stand where the series has them: before the first
 * message that brings something of a later one.
 *
 * @param whole the variant that all of the file makes; it has no unknown hunk
 */
export function prefixesOfFile(input: PatchInput, whole: ImportedVariant): Prefix[] {
  const steps = stepsOf(input.patches);
  const all = matchHunks(input).input;
  const prefixes = [told({ patch: 'base', variant: NAMED_VARIANTS.base, unclear: [] })];
  let open = whole.restRule === 'posted' ? [...whole.rest] : [];
  let posted = NAMED_VARIANTS.base;
  const takePosted = (isDue: (patch: string) => boolean): void => {
    for (const patch of open.filter(isDue)) {
      const hunks = HUNKS.filter((hunk) => hunk.patch === patch).map(({ id }) => id);
      posted = posted.plus(hunks);
      const { variant, unclear } = prefixes.at(-1)!;
      prefixes.push(told({ patch: `${patch} as posted`, variant: variant.plus(hunks), unclear }));
    }
    open = open.filter((patch) => !isDue(patch));
  };
  for (const [index, step] of steps.entries()) {
    const matches = matchHunks({ ...input, patches: input.patches.slice(0, step.end) });
    const start = steps[index - 1]?.end ?? 0;
    const reach = reachOf(matches.input.filter(({ patch }) => patch >= start));
    takePosted((patch) => ORDER.indexOf(patch) < reach);
    const before = prefixes.at(-1)!.variant;
    const variant = importedVariant(matches, 'absent').variant.plus(posted.switches());
    const unclear = unclearHunks(matches.input, all);
    // What a reply quotes of a patch that the file has is no second step.
    const isEcho = step.patches[0]!.role === 'quoted' && variant.equals(before);
    if (isEcho) continue;
    const { subject, number = null } = step.patches[0]!;
    const message = { subject, number, changes: !variant.equals(before) };
    prefixes.push(told({ patch: nameOf(step, steps), variant, unclear, message }));
  }
  takePosted(() => true);
  return prefixes;
}

const told = (prefix: Omit<Prefix, 'missing'>): Prefix => ({
  ...prefix,
  missing: prefix.unclear.length > 0 ? [] : validate(prefix.variant),
});

function stepsOf(patches: readonly Patch[]): Step[] {
  const steps: { patches: Patch[]; end: number }[] = [];
  for (const [index, patch] of patches.entries()) {
    const last = steps.at(-1);
    const isSame = ({ message, role }: Patch) => message === patch.message && role === patch.role;
    if (last !== undefined && isSame(last.patches[0]!)) {
      last.patches.push(patch);
      last.end = index + 1;
    } else steps.push({ patches: [patch], end: index + 1 });
  }
  return steps;
}

/** A step's number in the file's series, or its subject; with the message where two have the same. */
function nameOf(step: Step, steps: readonly Step[]): string {
  const name = plainName(step);
  const isOther = (other: Step) => other !== step && other.patches[0]!.role !== 'quoted';
  const isAlone = steps.every((other) => !isOther(other) || plainName(other) !== name);
  return isAlone ? name : `${name} (message ${step.patches[0]!.message})`;
}

function plainName({ patches: [patch] }: Step): string {
  const { number, of, role, subject } = patch!;
  if (role === 'reply') return 'reply';
  if (number !== undefined) return `${number}/${of}`;
  return subject === '' ? 'the diff' : excerpt(subject, NAME_LENGTH);
}

/** How far in the series hunks come: the place of the latest patch that they are of; -1 for none. */
const reachOf = (hunks: readonly InputMatch[]): number =>
  Math.max(-1, ...hunks.flatMap(({ ids }) => ids.map((id) => ORDER.indexOf(hunkFacts(id).patch))));

/** The hunks of a prefix that are not read in it as they are in the whole file. */
function unclearHunks(prefix: readonly InputMatch[], all: readonly InputMatch[]): UnclearHunk[] {
  const idsOf = ({ ids }: InputMatch) => [...ids].sort().join();
  return prefix.flatMap((found, index) => {
    const isClear = found.status !== 'unknown' && idsOf(found) === idsOf(all[index]!);
    return isClear ? [] : [{ file: found.file, position: found.hunk.position }];
  });
}
