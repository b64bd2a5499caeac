/** A user's edit of the model: a diff of its sources, as `git diff` writes it. */
import { applyPatch, parsePatch, reversePatch, type StructuredPatch } from 'diff';
import { basename } from 'node:path';
import { UsageError } from '../cli/errors';
import { isKernelSource, type Sources } from '../model-source/kernel-sources';

/** An edit, read. */
export interface ModelEdit {
  /** The switch that it is: `edit/` and the file's name without its ending. */
  readonly id: string;
  /** The file that it was read from, as the user named it. */
  readonly file: string;
  /** What it says of itself: a mail's subject, or the first line above the diff; empty if there is none. */
  readonly subject: string;
  /** The edited sources by their path from the package's root. */
  readonly edited: Sources;
}

/**
 * Reads an edit and makes it.
 *
 * @param sources the model
 * @throws UsageError where it is no diff of the model, or does not fit it
 */
export function readEdit(file: string, text: string, sources: Sources): ModelEdit {
  const patches = parse(file, text);
  if (patches.length === 0) {
    throw new UsageError(
      `'${file}' holds no diff; edit the model and take 'git diff -- model > ${file}'`,
    );
  }
  const edited = new Map<string, string>();
  for (const patch of patches) {
    const path = pathOf(file, patch, sources);
    const before = edited.get(path) ?? sources.get(path)!;
    edited.set(path, apply(file, path, before, patch));
  }
  return { id: idOf(file), file, subject: subjectOf(text), edited };
}

function idOf(file: string): string {
  const name = basename(file).replace(/\.(diff|patch|eml|mbox)$/, '');
  if (/^\w[\w.-]*$/.test(name)) return `edit/${name}`;
  throw new UsageError(
    `an edit is called by its file's name, and '${name}' cannot be a name; ` +
      "rename the file: letters, digits, '-', '_' and '.'",
  );
}

/** What a mail ends in, git's version as a rule; its dashes would be taken for a line more of the diff. */
const SIGNATURE = /^-- \r?\n.*\s*(?=^From |$(?![^]))/gm;

function parse(file: string, text: string): StructuredPatch[] {
  try {
    return parsePatch(text.replace(SIGNATURE, '')).filter(({ hunks }) => hunks.length > 0);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `'${file}' is no diff that can be read: ${why}; take it from 'git diff -- model'`,
    );
  }
}

/** The path from the package's root: git puts `a/` and `b/` before it, or nothing, as it is configured. */
function pathOf(file: string, patch: StructuredPatch, sources: Sources): string {
  const [old, edited] = [patch.oldFileName, patch.newFileName].map((name = '') =>
    name.replace(/^[a-z]\//, '').replace(/\t.*$/, ''),
  );
  if (old === '/dev/null' || edited === '/dev/null' || old !== edited) {
    throw new UsageError(
      `'${file}' adds, removes or renames ${old === '/dev/null' ? edited : old}; ` +
        'an edit changes files that are there',
    );
  }
  if (sources.has(edited!) && isKernelSource(edited!)) return edited!;
  const isC = /\.[ch]$/.test(edited!);
  const hint = isC
    ? "that is kernel code: 'lzfree import' reads it, and an edit changes what models it, as model/mm/rmap.ts"
    : sources.has(`model/${edited}`)
      ? `take the diff with its whole paths: 'git diff --no-relative > ${file}'`
      : 'an edit changes the modelled kernel: ' +
        'model/mm, include, arch, fs, hardware, kernel, machine and state';
  throw new UsageError(`'${file}' changes ${edited}; ${hint}`);
}

function apply(file: string, path: string, before: string, patch: StructuredPatch): string {
  const after = applyPatch(before, patch);
  if (after !== false) return after;
  const isThere = applyPatch(before, reversePatch(patch)) !== false;
  const why = isThere
    ? `the model has that edit already; take it out: git checkout ${path}`
    : 'it was made for another version of that file; make it anew';
  throw new UsageError(`'${file}' does not apply to ${path}: ${why}`);
}

/** The subject without its [PATCH], or the first line of what stands above the diff. */
function subjectOf(text: string): string {
  const above = text.slice(0, text.search(/^(diff |--- )/m));
  const subject = /^Subject: *(.*(?:\n[ \t]+.*)*)/m.exec(above)?.[1];
  const line =
    subject?.replace(/\s+/g, ' ').replace(/^\[[^\]]*\] */, '') ?? above.trim().split('\n')[0]!;
  return line.trim();
}
