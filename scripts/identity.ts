/** What a stored result rests on: digests of the suite and of the model, and the version of lzfree. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import packageJson from '../package.json';
import type { ScenarioSource } from '../model/report/reported-outcome';
import type { Identity } from '../model/report/baseline-document';
import { packageRoot } from './cli/package-root';
import { overridden } from './edit/hook';

/** Put in by scripts/build.ts: the package ships no model sources that could be looked at. */
declare const LZFREE_MODEL_DIGEST: string | undefined;

/** What decides how a scenario runs: the kernel, its switches, the explorer and the scenario language. */
const MODEL = [
  ...['arch', 'explorer', 'features', 'fs', 'hardware', 'include', 'kernel', 'machine', 'mm'],
  ...['scenario', 'state'],
].map((folder) => join('model', folder));
const DATA = [join('patches', 'hunks.json')];

export const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** The digest of the model's sources, where they are. */
export function digestModel(root = packageRoot()): string {
  const files = MODEL.flatMap((folder) => sourcesIn(join(root, folder))).map((path) =>
    relative(root, path),
  );
  const lines = [...files, ...DATA]
    .map((path) => `${path.split(sep).join('/')} ${sha256(readFileSync(join(root, path)))}`)
    .sort();
  return sha256(lines.join('\n'));
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`digestModel: no folder ${folder}`);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

let onDisk: string | undefined;

/** The digest of the model, whatever edits of it are given: they change nothing for variants without them. */
const plainDigest = (): string =>
  (onDisk ??= typeof LZFREE_MODEL_DIGEST === 'undefined' ? digestModel() : LZFREE_MODEL_DIGEST);

/** The digest of the model that runs, edits and all: what is kept of a run holds for it alone. */
export function modelDigest(): string {
  const edits = [...overridden()];
  return edits.length === 0 ? plainDigest() : sha256(JSON.stringify([plainDigest(), edits]));
}

/** The digest of scenarios. Where one stands in its file does not matter. */
export function suiteDigest(sources: readonly ScenarioSource[]): string {
  const scenarios = sources.map(({ scenario }) => scenario);
  const text = JSON.stringify(scenarios, (key, value: unknown) =>
    key === 'position' ? undefined : value,
  );
  return sha256(text);
}

/** What results on these scenarios rest on. */
export function identityOf(sources: readonly ScenarioSource[]): Identity {
  return { lzfree: packageJson.version, model: plainDigest(), suite: suiteDigest(sources) };
}
