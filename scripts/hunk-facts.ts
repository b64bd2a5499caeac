import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DerivedSymbols } from '../model/features/derived-symbols';
import { announcedCount, checkDiffstat } from '../model/patch/diffstat';
import { linesOfPart } from '../model/patch/part-lines';
import { readPatch } from '../model/patch/read-patch';
import { countLines } from '../model/patch/types';
import type { Patch, PatchHunk, PatchInput } from '../model/patch/types';
import { deriveSymbols } from './derive-symbols';

/** The project's folder. */
export const ROOT = join(__dirname, '..');
const MAIL = 'rfc-3of6-reply.txt';
/** The order of the series; the reply to 3/6 stands behind it. */
const ORDER = ['1/6', '2/6', '3/6', 'fixup', '4/6', '5/6', '6/6'];

interface SwitchFacts {
  part?: string;
  lines?: number[];
  description?: string;
  effect: string;
  reason?: string;
  defines: string[];
  uses: string[];
  needs: { symbol: string; from: string; why?: string }[];
  run: string[];
}

/** What the project knows about a hunk, in the form in which it is written by hand. */
export interface HunkFacts {
  id: string;
  function: string;
  description: string;
  switches: SwitchFacts[];
}

interface QuotedFacts extends HunkFacts {
  /** patch:file:ordinal, the ordinal counting the file's hunks in that patch from 1. */
  ref: string;
}

interface CompanionFacts extends HunkFacts {
  patch: string;
  file: string;
  status: string;
  added: number | null;
  removed: number | null;
  signature: object;
}

/** Reads a JSON file of the project. */
export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;
}

/** The patch's name in this project: its place in the series, or `fixup` for what the reply brings. */
function patchName(patch: Patch): string {
  return patch.role === 'reply' ? 'fixup' : `${patch.number}/${patch.of}`;
}

/** The mail's hunks by patch:file:ordinal. */
function hunksByRef(
  input: PatchInput,
): Map<string, { patch: string; file: string; hunk: PatchHunk }> {
  const found = new Map<string, { patch: string; file: string; hunk: PatchHunk }>();
  for (const patch of input.patches) {
    const name = patchName(patch);
    for (const file of patch.files) {
      file.hunks.forEach((hunk, index) => {
        const ref = `${name.replace(/\/\d+$/, '')}:${file.newPath}:${index + 1}`;
        found.set(ref, { patch: name, file: file.newPath, hunk });
      });
    }
  }
  return found;
}

const MARKER = { context: ' ', added: '+', removed: '-' };

function textOf(hunk: PatchHunk) {
  const { header, old, new: newRange, lines, position } = hunk;
  const recovered = lines.flatMap((line, index) =>
    !line.quoted && line.text !== null ? [index] : [],
  );
  return {
    header,
    old: [old.start, old.lines],
    new: [newRange.start, newRange.lines],
    ...countLines([hunk]),
    context: lines.filter((line) => line.op === 'context').length,
    unknown: lines.filter((line) => line.text === null).length,
    recovered,
    mailLine: position.line,
    lines: lines.map((line) => (line.text === null ? '?' : MARKER[line.op] + line.text)),
  };
}

/** What a C parser finds in each of a hunk's parts. */
async function deriveAll(parts: SwitchFacts[], hunk: PatchHunk): Promise<DerivedSymbols[]> {
  const derived = [];
  for (const part of parts) {
    const own = linesOfPart(hunk.lines, part, parts);
    derived.push(await deriveSymbols(hunk.lines, own, hunk.header));
  }
  return derived;
}

/** The ids of a hunk's switches: its parts, or itself. */
export function switchIds({ id, switches }: HunkFacts): string[] {
  return switches.map(({ part }) => (part === undefined ? id : `${id}/${part}`));
}

async function buildHunks(input: PatchInput, quoted: QuotedFacts[], companions: CompanionFacts[]) {
  const texts = hunksByRef(input);
  const all = [...quoted, ...companions];
  const expand = new Map(all.map((facts) => [facts.id, switchIds(facts)]));
  const known = new Set(all.flatMap(switchIds));
  const resolve = (id: string): string[] => {
    const ids = expand.get(id) ?? [id];
    const strange = ids.find((switchId) => !known.has(switchId));
    if (strange !== undefined) throw new Error(`facts: no switch is called ${strange}`);
    return ids;
  };
  if (expand.size < all.length) throw new Error('facts: two hunks have one id');
  const toSwitches = (facts: HunkFacts) =>
    facts.switches.map(({ part: _, needs, run, ...rest }, index) => ({
      id: switchIds(facts)[index],
      ...rest,
      needs: needs.flatMap((need) => resolve(need.from).map((from) => ({ ...need, from }))),
      run: run.flatMap(resolve),
    }));
  const withText = [];
  for (const facts of quoted) {
    const text = texts.get(facts.ref);
    if (text === undefined) throw new Error(`facts: the mail has no hunk ${facts.ref}`);
    texts.delete(facts.ref);
    const { id, function: name, description } = facts;
    const { patch, file, hunk } = text;
    const head = { id, patch, file, function: name, status: hunk.status, description };
    const derived = await deriveAll(facts.switches, hunk);
    const switches = toSwitches(facts).map((each, index) => ({ ...each, derived: derived[index] }));
    withText.push({ ...head, switches, text: textOf(hunk) });
  }
  if (texts.size > 0) throw new Error(`facts: nothing on ${[...texts.keys()].join(', ')}`);
  const withoutText = companions.map((facts) => ({ ...facts, switches: toSwitches(facts) }));
  return [...withText, ...withoutText].sort(
    (a, b) => ORDER.indexOf(a.patch) - ORDER.indexOf(b.patch),
  );
}

/** The content of hunks.json, and the facts of its hunks in the same order. */
export async function buildTable(): Promise<{ table: object; hunks: HunkFacts[] }> {
  const bytes = readFileSync(join(ROOT, 'patches', MAIL));
  const input = await readPatch(bytes);
  const { hunks: quoted } = readJson<{ hunks: QuotedFacts[] }>('patches/quoted.json');
  const { series, hunks: companions } = readJson<{ series: object[]; hunks: CompanionFacts[] }>(
    'patches/companions.json',
  );
  const [parent] = input.patches;
  const hunks = await buildHunks(input, quoted, companions);
  const table = {
    about: 'Generated by scripts/generate-hunks.ts from the mail, quoted.json and companions.json.',
    version: 1,
    mail: {
      file: MAIL,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      subject: parent.subject,
      from: input.from,
      date: input.date,
    },
    series,
    diffstat: {
      totals: parent.diffstat?.totals,
      announcedOnly: announcedCount(parent),
      files: checkDiffstat(parent),
    },
    files: input.patches.flatMap((patch) =>
      patch.files.map((file) => ({
        patch: patchName(patch),
        file: file.newPath,
        blobs: file.blobs,
      })),
    ),
    hunks,
  };
  const ids = hunks.map((hunk) => [...quoted, ...companions].find(({ id }) => id === hunk.id));
  return { table, hunks: ids.filter((facts) => facts !== undefined) };
}
