/**
 * Edits of hunks that a reviewer would try. What each does was predicted from the text of Linux 3.14.1 and of
 * the mail, without a look at the model; the scenarios beside this file are those predictions.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FunctionDeclaration } from 'ts-morph';
import { packagePath } from '../../scripts/cli/package-root';
import { mergeSource } from '../../scripts/edit/merge-source';
import { readEdit } from '../../scripts/edit/read-edit';
import { fold } from '../../scripts/model-source/fold';
import { applyEdits } from '../../scripts/model-source/edits';
import { sourcesOnDisk } from '../../scripts/model-source/kernel-sources';
import { parseSource } from '../../scripts/model-source/switch-calls';
import { runCli } from '../cli/run-cli';
import { lzfree } from './lzfree-process';

const FOLDER = packagePath('patches', 'edits');
const names = readdirSync(FOLDER).map((file) => basename(file, '.diff'));
const fileOf = (name: string): string => join(FOLDER, `${name}.diff`);
const scenarios = readdirSync(__dirname).filter((file) => file.endsWith('.yaml'));
/** A scenario is named after its edit, and another one of the same edit has more in its name. */
const editOf = (scenario: string): string =>
  names.filter((name) => scenario.startsWith(name)).sort((a, b) => b.length - a.length)[0]!;

/** Predicted to change nothing that anyone can see. */
const EQUAL = ['deactivate-before-tag', 'drop-bug-on'];

it('every edit has a prediction', () => {
  const predicted = new Set([...scenarios.map(editOf), ...EQUAL]);
  expect(names.filter((name) => !predicted.has(name))).toEqual([]);
});

it.each(names.filter((name) => !EQUAL.includes(name)))('%s does what was predicted', (name) => {
  const files = scenarios.filter((scenario) => editOf(scenario) === name);
  const paths = files.map((file) => join(__dirname, file));
  const { status, stdout, stderr } = lzfree(
    ...['run', ...paths, '--variant', `fixed+edit/${name}`, '--edit', fileOf(name)],
  );
  const holds = expect.stringMatching(new RegExp(`^holds: ${files.length} scenario`));
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: holds, stderr: '' });
});

it.each(scenarios)('%s is not what the kernel does without the edit', async (scenario) => {
  const { code } = await runCli(['run', join(__dirname, scenario), '--variant', 'fixed']);
  expect(code).toBe(1);
});

it.each(EQUAL)('%s changes nothing, in every interleaving of the suite', (name) => {
  const { status, stdout } = lzfree(
    ...['diff', 'fixed', `fixed+edit/${name}`, '--edit', fileOf(name), '--json'],
  );
  const { completeness, scenarios } = JSON.parse(stdout) as {
    completeness: { kind: string };
    scenarios: object[];
  };
  expect([status, completeness.kind, scenarios.length > 60]).toEqual([0, 'complete', true]);
});

it('docs/edits.md shows what an edit is, and what is printed of it', () => {
  const page = readFileSync(packagePath('docs', 'edits.md'), 'utf8');
  const name = 'keep-swap-slot';
  expect(page).toContain(readFileSync(fileOf(name), 'utf8').trimEnd());
  for (const [, line, shown] of page.matchAll(/^\$ lzfree (.*)\n([^`]*?)(?:\[\.\.\.\]\n)?```/gm)) {
    expect(lzfree(...line!.split(' ')).stdout.startsWith(shown!.trimEnd())).toBe(true);
  }
  expect(page.match(/^\$ lzfree /gm)).toHaveLength(2);
});

const SWITCH = 'p3/mm/vmscan/shrink_inactive_list';
const sources = sourcesOnDisk();

/** The functions of a source by name, without layout and comments. */
function functionsOf(path: string, text: string): Map<string, string> {
  const source = parseSource(path, text);
  const code = (each: FunctionDeclaration) =>
    each
      .print({ removeComments: true })
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/,(?= ?[)\]}])/g, '');
  return new Map(source.getFunctions().map((each) => [each.getName()!, code(each)]));
}

describe.each(names)('the merged source of %s', (name) => {
  const { edited } = readEdit(fileOf(name), readFileSync(fileOf(name), 'utf8'), sources);

  it.each([...edited])(
    'has in %s the edited functions with the switch, and the others without',
    (path, after) => {
      const before = sources.get(path)!;
      const { edits, added } = mergeSource(path, before, after, SWITCH);
      const merged = [applyEdits(before, edits), ...added].join('\n');
      const arm = (on: boolean) =>
        functionsOf(
          path,
          fold(path, merged, (id) => (id === SWITCH ? on : undefined)),
        );
      expect(arm(false)).toEqual(functionsOf(path, before));
      expect(arm(true)).toEqual(functionsOf(path, after));
      expect(arm(true)).not.toEqual(arm(false));
    },
  );
});
