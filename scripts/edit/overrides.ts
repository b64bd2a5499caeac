/** The sources of lzfree with edits in them, each a switch beside those of the series. */
import { UsageError } from '../cli/errors';
import { applyEdits } from '../model-source/edits';
import type { Sources } from '../model-source/kernel-sources';
import { parse } from './declarations';
import { mergeSource, type Merge } from './merge-source';
import { namesDeclared } from './names';
import type { ModelEdit } from './read-edit';

/** Where switches are named, and where they are described. */
const IDS = 'model/features/hunk-id.ts';
const TABLE = 'patches/hunks.json';

/** What an edit changes in one source. */
interface Change extends Merge {
  readonly edit: ModelEdit;
  readonly path: string;
}

/**
 * Every file that differs with these edits, by its path from the package's root. A variant that has none of
 * the edits runs in it exactly as without.
 *
 * @param sources the model
 * @param table patches/hunks.json
 * @throws UsageError where an edit changes no code, or what cannot be a switch, or two change one function
 */
export function overridesOf(edits: readonly ModelEdit[], sources: Sources, table: string): Sources {
  const changes = edits.flatMap((edit) => changesOf(edit, sources));
  const made = new Map<string, string>();
  for (const path of new Set(changes.map((change) => change.path))) {
    const here = changes.filter((change) => change.path === path);
    made.set(path, merged(path, sources.get(path)!, here));
  }
  for (const edit of edits) refuseIdle(edit, changes);
  made.set(IDS, withIds(sources.get(IDS)!, edits));
  return made.set(TABLE, withFacts(table, edits, changes));
}

function changesOf(edit: ModelEdit, sources: Sources): Change[] {
  return [...edit.edited].map(([path, after]) => {
    return { edit, path, ...mergeSource(path, sources.get(path)!, after, edit.id) };
  });
}

function refuseIdle(edit: ModelEdit, changes: readonly Change[]): void {
  if (changes.some((change) => change.edit === edit && change.functions.length > 0)) return;
  throw new UsageError(
    `'${edit.file}' changes no function: with it the model does what it does without`,
  );
}

function merged(path: string, before: string, changes: readonly Change[]): string {
  const owner = new Map<string, ModelEdit>();
  for (const { edit, functions } of changes) {
    for (const name of functions) {
      const other = owner.get(name);
      if (other !== undefined) {
        throw new UsageError(
          `'${other.file}' and '${edit.file}' both change ${name} of ${path}; ` +
            'make one edit of them, or ask for one at a time',
        );
      }
      owner.set(name, edit);
    }
  }
  const text = applyEdits(
    before,
    changes.flatMap(({ edits }) => edits),
  );
  const added = new Set(changes.flatMap((change) => change.added));
  const whole = [text, ...added, ''].join('\n');
  const files = changes.map(({ edit }) => `'${edit.file}'`);
  refuseTwice(`with ${[...new Set(files)].join(' and ')} ${path}`, whole);
  return whole;
}

/** One name of two things is what an import from elsewhere makes, or an addition that is there already. */
function refuseTwice(what: string, text: string): void {
  const names = parse('merged.ts', text).statements.flatMap(namesDeclared);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new UsageError(
    `${what} has two things called ${twice}; ` +
      'leave the one that is there, and give the other a name of its own',
  );
}

/** Puts the edits behind the last hunk and the last switch. */
function withIds(text: string, edits: readonly ModelEdit[]): string {
  const ids = edits.map(({ id }) => `'${id}',\n`).join('');
  return text.replaceAll('] as const;', `${ids}] as const;`);
}

interface HunkTable {
  readonly series: object[];
  readonly hunks: object[];
}

function withFacts(text: string, edits: readonly ModelEdit[], changes: readonly Change[]): string {
  const table = JSON.parse(text) as HunkTable;
  table.series.push({ patch: 'edit', subject: 'edits of the model' });
  for (const edit of edits) table.hunks.push(factsOf(edit, changes));
  return JSON.stringify(table);
}

function factsOf(edit: ModelEdit, changes: readonly Change[]): object {
  const own = changes.filter((change) => change.edit === edit && change.functions.length > 0);
  const functions = own.flatMap((change) => change.functions).join(', ');
  return {
    id: edit.id,
    patch: 'edit',
    // Of the model: what it changes is no text of a kernel file.
    file: own[0]!.path,
    function: functions,
    status: 'edit',
    description: edit.subject === '' ? `An edit of ${functions}.` : edit.subject,
    editFile: edit.file,
    added: null,
    removed: null,
    switches: [{ id: edit.id, effect: 'behaviour', defines: [], uses: [], needs: [], run: [] }],
  };
}
