/** The model of one variant: its sources with every switch decided. */
import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';
import { format } from 'prettier/standalone';
import { SyntaxKind } from 'ts-morph';
import style from '../../.prettierrc.json';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import type { Variant } from '../../model/features/variant';
import { asksForSwitch, fold, undefinedNames, type Decide } from './fold';
import { isKernelSource, modelSources, type Sources } from './kernel-sources';
import { prune } from './prune';
import { parseSource } from './switch-calls';

/**
 * The modelled kernel of a variant that C would compile: every switch is decided, and what cannot be reached
 * or is not used any more is gone. Files that ask for no switch are as they are in the model.
 *
 * @throws Error if the variant calls a function that it does not define
 */
export async function materialize(variant: Variant): Promise<Sources> {
  const before = modelSources();
  const made: [string, string][] = [];
  for (const [path, text] of decided(variant)) {
    made.push([path, text === before.get(path) ? text : await tidy(text)]);
  }
  return new Map(made);
}

/** The same, laid out as the decisions leave it. */
export function decided(variant: Variant): Sources {
  const decide: Decide = (id) => variant.has(id);
  const gone: string[] = [];
  const made = new Map<string, string>();
  for (const [path, text] of modelSources()) {
    if (!isKernelSource(path)) continue;
    const file = asksForSwitch(text)
      ? decidedFile(path, text, decide)
      : { undefinedHere: [], text };
    gone.push(...file.undefinedHere);
    made.set(path, file.text);
  }
  const call = callOf(gone, made);
  if (call !== undefined) throw new Error(`materialize: ${call}, which is not defined`);
  return made;
}

interface DecidedFile {
  /** Functions that no hunk of the variant defines. */
  readonly undefinedHere: readonly string[];
  readonly text: string;
}

/** By path and the switches in it that are on: variants have most of their files in common. */
const decidedFiles = new Map<string, DecidedFile>();

function decidedFile(path: string, text: string, decide: Decide): DecidedFile {
  const on = SWITCH_IDS.filter((id) => text.includes(`'${id}'`) && decide(id));
  const key = [path, ...on].join('\n');
  let file = decidedFiles.get(key);
  if (file === undefined) {
    const undefinedHere = undefinedNames(path, text, decide);
    file = { undefinedHere, text: prune(path, fold(path, text, decide)) };
    decidedFiles.set(key, file);
  }
  return file;
}

/** Where one of the functions is called, in words. */
function callOf(names: readonly string[], sources: Sources): string | undefined {
  if (names.length === 0) return undefined;
  const called = new RegExp(`\\b(${names.join('|')})\\(`);
  for (const [path, text] of sources) {
    // A comment that speaks of a function is no call of it.
    if (!called.test(text)) continue;
    const calls = parseSource(path, text).getDescendantsOfKind(SyntaxKind.CallExpression);
    const name = calls
      .map((call) => call.getExpression().getText())
      .find((each) => names.includes(each));
    if (name !== undefined) return `${path} calls ${name}`;
  }
  return undefined;
}

const tidied = new Map<string, Promise<string>>();

/** In the project's own layout. Variants have most of their texts in common. */
function tidy(text: string): Promise<string> {
  const known = tidied.get(text);
  if (known !== undefined) return known;
  const made = format(text, { ...style, parser: 'typescript', plugins: [typescript, estree] });
  tidied.set(text, made);
  return made;
}
