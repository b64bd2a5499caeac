import type { HunkId, SwitchId } from '../../features/hunk-id';
import { HUNKS, hunkFacts } from '../../features/hunk-table';
import type { HunkFacts, HunkText } from '../../features/hunk-table';
import { linesOfPart } from '../part-lines';
import { squash } from '../relate';
import type { HunkLine } from '../types';
import { editGroups, isSilent } from './edit-groups';
import type { EditGroup } from './edit-groups';

/** A text under which hunks of the series can stand in a patch. */
export interface KnownShape {
  /** The hunks that are in the patch if this text is; more than one for squashed ones. */
  readonly hunks: readonly HunkId[];
  /** The switches that are on; fewer than the hunks' own if a part is left out. */
  readonly switches: readonly SwitchId[];
  readonly file: string;
  readonly function: string;
  /** It defines something for the whole file: it does not matter where in the file it stands. */
  readonly anyPlace: boolean;
  /** Where the mail has it, for a text that stands in the mail as it is. */
  readonly place?: HunkText;
  /** Changes that the patch must make, and those of comments and blank lines, which it need not. */
  readonly groups: readonly EditGroup[];
  readonly silent: readonly EditGroup[];
}

function shape(
  facts: HunkFacts,
  lines: readonly HunkLine[],
  switches: readonly SwitchId[],
  also: readonly HunkId[] = [],
): KnownShape {
  const all = editGroups(lines);
  return {
    hunks: [facts.id, ...also],
    switches,
    file: facts.file,
    function: facts.function,
    anyPlace:
      facts.function === 'include' ||
      facts.switches.some(({ defines }) => defines.includes(facts.function)),
    groups: all.filter((group) => !isSilent(group)),
    silent: all.filter(isSilent),
  };
}

function whole(facts: HunkFacts, text: HunkText): KnownShape {
  const switches = facts.switches.map(({ id }) => id);
  return { ...shape(facts, text.lines, switches), place: text };
}

/** The lines of a part as a patch of its own on top of the others would have them. */
function linesOnTop({ lines }: HunkText, own: ReadonlySet<HunkLine>): HunkLine[] {
  return lines.flatMap((line): HunkLine[] => {
    if (line.op === 'context' || own.has(line)) return [line];
    return line.op === 'removed' ? [] : [{ ...line, op: 'context' }];
  });
}

/** The hunk's lines as they would be with some of its changed lines only. */
function linesWith({ lines }: HunkText, own: ReadonlySet<HunkLine>): HunkLine[] {
  return lines.flatMap((line): HunkLine[] => {
    if (line.op === 'context' || own.has(line)) return [line];
    return line.op === 'added' ? [] : [{ ...line, op: 'context' }];
  });
}

/** A hunk's text with just one of its two parts, for each part that can stand alone. */
function partShapes(facts: HunkFacts, text: HunkText): KnownShape[] {
  const { switches } = facts;
  const ownIds = new Set(switches.map(({ id }) => id));
  return switches
    .filter(({ needs }) => !needs.some(({ from }) => ownIds.has(from)))
    .map((part) => {
      const own = new Set(linesOfPart(text.lines, part, switches));
      return shape(facts, linesWith(text, own), [part.id]);
    });
}

/** A hunk of 3/6 with the fixup's hunk worked in. */
function squashedShape(): KnownShape[] {
  const fixup = hunkFacts('fixup/mm/swap_state/free_pages_and_swap_cache');
  const target = hunkFacts('p3/mm/swap_state/free_pages_and_swap_cache');
  const lines = target.text && fixup.text ? squash(target.text, fixup.text) : undefined;
  if (lines === undefined) throw new Error('known hunks: the fixup does not apply to its hunk');
  const switches = [...target.switches, ...fixup.switches].map(({ id }) => id);
  return [shape(target, lines, switches, [fixup.id])];
}

/** The hunks of the mail, as they stand there. */
export const POSTED_SHAPES: readonly KnownShape[] = HUNKS.flatMap((facts) =>
  facts.text ? [whole(facts, facts.text)] : [],
);

/** Other texts that mean known hunks: a part left out, the fixup squashed. */
export const OTHER_SHAPES: readonly KnownShape[] = [
  ...squashedShape(),
  ...HUNKS.flatMap((facts) =>
    facts.text && facts.switches.length > 1 ? partShapes(facts, facts.text) : [],
  ),
];

/** A part of a hunk alone, where the others are there already: what a later patch can take back by itself. */
export const PARTS_ON_TOP: readonly KnownShape[] = HUNKS.flatMap((facts) => {
  const { switches, text } = facts;
  if (text === undefined || switches.length === 1) return [];
  return switches
    .filter(({ id }) => !switches.some(({ needs }) => needs.some(({ from }) => from === id)))
    .map((part) => {
      const own = new Set(linesOfPart(text.lines, part, switches));
      return shape(facts, linesOnTop(text, own), [part.id]);
    });
});
