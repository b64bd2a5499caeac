import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence of every package that went into a bundle, as their terms ask of whoever passes them on.
 *
 * @param inputs the files that were bundled, relative to `root`
 * @throws if a package states no licence
 */
export function licenceTexts(inputs: Iterable<string>, root: string): string {
  const packages = new Set<string>();
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  return [...packages]
    .sort()
    .map((folder) => licenceOf(join(root, folder)))
    .join('\n');
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  if (typeof license !== 'string') throw new Error(`licences: ${String(name)} states none`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${String(name)} ${String(version)}: ${license}`, ...texts, ''].join('\n\n');
}
