/** Needs that a variant does not meet, but that hunks may meet which lzfree does not know. */
import { hunkFacts, switchFacts } from '../features/hunk-table';
import type { Missing } from '../features/requires';
import { declaresName } from './matching/declared-names';
import type { ReportedHunk } from './patch-report';

/** Unmet needs, by what can be said of them. */
export interface Needs {
  /** Nothing in the patch brings what is needed. */
  readonly unmet: readonly Missing[];
  /** An unknown hunk brings something of that name; whether it is what is needed cannot be told. */
  readonly untold: readonly Missing[];
}

/** The name by which code calls a symbol: a member or parameter without its owner. */
const shortName = (symbol: string): string => symbol.slice(symbol.lastIndexOf('.') + 1);

/** Whether the code that needs a symbol can see what stands in a file. */
const canSee = (user: string, file: string): boolean => user === file || file.endsWith('.h');

const isEditOnTop = ({ edits = [] }: ReportedHunk, { from }: Missing): boolean =>
  edits.includes(switchFacts(from).hunk);

function isEditOf(hunk: ReportedHunk, need: Missing): boolean {
  const { nearest, candidates = [] } = hunk;
  const { hunk: wanted } = switchFacts(need.from);
  return isEditOnTop(hunk, need) || nearest?.id === wanted || candidates.includes(wanted);
}

function mayBring(hunk: ReportedHunk, need: Missing): boolean {
  if (hunk.reverses !== undefined) return false;
  // A branch, an argument or an include is no declaration: only an edit of that very hunk can bring it.
  if (need.why !== undefined || /\W/.test(shortName(need.symbol))) return isEditOf(hunk, need);
  const user = hunkFacts(switchFacts(need.id).hunk).file;
  const name = shortName(need.symbol);
  const lines = hunk.text?.lines ?? [];
  const isAdded = declaresName(lines, 'added', name, hunk.file);
  if (isAdded) return canSee(user, hunk.file);
  // What an earlier hunk defines stays defined if this one changes other lines of it.
  return isEditOnTop(hunk, need) && !declaresName(lines, 'removed', name, hunk.file);
}

/** Sorts unmet needs: an edited hunk counts as absent, and yet what it defines is there. */
export function sortNeeds(all: readonly Missing[], unknown: readonly ReportedHunk[]): Needs {
  const isUntold = (need: Missing) => unknown.some((hunk) => mayBring(hunk, need));
  return { unmet: all.filter((need) => !isUntold(need)), untold: all.filter(isUntold) };
}
