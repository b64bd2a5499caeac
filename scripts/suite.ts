/** The scenarios that come with the project, and those that a user names. */
import { existsSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { VARIANT_NAMES } from '../model/features/variant';
import { parseScenario } from '../model/scenario/parse';
import type { ScenarioSource } from '../model/report/reported-outcome';
import { UsageError, type Io } from './cli/command';
import { fileFault } from './cli/file-fault';
import { readInput } from './cli/input';
import { didYouMean } from './cli/nearest';
import { packageRoot } from './cli/package-root';

/** Folder of the suite, inside the package. */
export const suiteFolder = (): string => join(packageRoot(), 'specs', 'scenarios');

/** Every scenario of the suite, by name. @throws ScenarioError if one does not parse */
export function loadSuite(): ScenarioSource[] {
  return findScenarios(suiteFolder())
    .map((path) => {
      const source = parseFile(relative(packageRoot(), path), readFileSync(path, 'utf8'));
      return { ...source, reference: source.scenario.name };
    })
    .sort((a, b) => (a.scenario.name < b.scenario.name ? -1 : 1));
}

/** Those of the suite that have one of the names, or all. @throws UsageError if there is no such one */
export function loadOfSuite(names: readonly string[]): ScenarioSource[] {
  const suite = loadSuite();
  if (names.length === 0) return suite;
  const known = suite.map(({ scenario }) => scenario.name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger === undefined) return suite.filter(({ scenario }) => names.includes(scenario.name));
  const hint = didYouMean(stranger, known) || "; 'lzfree run' has all of its names";
  throw new UsageError(`no scenario of the suite is called '${stranger}'${hint}`);
}

/**
 * The scenarios that a command line names: files, folders, `-` for standard input, or names of the
 * suite; the whole suite if it names none. One that is named twice is there once; two of one name are
 * refused.
 *
 * @throws UsageError or ScenarioError
 */
export async function loadScenarios(
  named: readonly string[],
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<ScenarioSource[]> {
  if (named.length === 0) return loadSuite();
  const loaded = new Map<string, ScenarioSource>();
  // One after the other: each open file listens for the signal that interrupts it.
  for (const name of new Set(named)) {
    for (const source of await loadNamed(name, io)) loaded.set(placeOf(source), source);
  }
  refuseSameName([...loaded.values()]);
  return [...loaded.values()];
}

/** Results are told apart by the scenario's name, in every format. @throws UsageError */
function refuseSameName(sources: readonly ScenarioSource[]): void {
  const files = new Map<string, string>();
  for (const { scenario, file } of sources) {
    const first = files.get(scenario.name);
    if (first !== undefined) {
      const both = `${file} is called '${scenario.name}', as ${first} is`;
      throw new UsageError(`${both}; give one of them another name`);
    }
    files.set(scenario.name, file);
  }
}

/** The path of its file, by which it is told from others; the suite's are relative to the package. */
const placeOf = ({ file, reference }: ScenarioSource): string =>
  file === '-' ? file : resolve(file === reference ? '.' : packageRoot(), file);

async function loadNamed(
  name: string,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<ScenarioSource[]> {
  const folder = isFolder(name);
  const files = folder ? findScenarios(name) : isPath(name) ? [name] : [];
  if (files.length > 0) {
    const loaded: ScenarioSource[] = [];
    for (const file of files) {
      loaded.push(parseFile(file, decode(await readInput(file, io, LARGEST))));
    }
    return loaded;
  }
  if (folder) throw new UsageError(`the folder '${name}' holds no scenario (.yaml or .yml)`);
  const suite = loadSuite();
  const known = suite.find(({ scenario }) => scenario.name === name);
  if (known !== undefined) return [known];
  const names = suite.map(({ scenario }) => scenario.name);
  const hint = VARIANT_NAMES.some((variant) => variant === name)
    ? '; it is a variant: give it with --variant'
    : existsSync(name)
      ? `; for the file of that name give './${name}'`
      : didYouMean(name, names) || "; give a file, or a name of the suite: 'lzfree run' has all";
  throw new UsageError(`no scenario is called '${name}'${hint}`);
}

/** A scenario fits one screen. */
const LARGEST = 1 << 20;
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const isPath = (name: string): boolean => name === '-' || /[/\\.]/.test(name);

function parseFile(file: string, text: string): ScenarioSource {
  return { file, reference: file, scenario: parseScenario(text, file) };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    throw new UsageError(`cannot read '${path}': ${fileFault(error)}`);
  }
}

/** All below a folder but what is in hidden folders and in packages that were installed there. */
function findScenarios(folder: string): string[] {
  return entriesOf(folder)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return /\.ya?ml$/.test(entry.name) ? [path] : [];
      return /^\.|^node_modules$/.test(entry.name) ? [] : findScenarios(path);
    })
    .sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new UsageError(`cannot read the folder '${folder}': ${fileFault(error)}`);
  }
}
