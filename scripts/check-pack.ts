/**
 * Packs lzfree, installs the package into an empty folder and runs its binary there: what is
 * published must work alone, and must answer as the source does.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from './cli/package-root';
import { commands } from './commands';

const root = packageRoot();

/** Command lines that must print the same from the package as from the source, where they exist. */
const COMPARED = [
  ['--version'],
  ['--help'],
  ['help', 'hunk'],
  ['completion', 'bash'],
  ['patches', '--json'],
  ['hunks', '--json'],
  ['materialize', 'base', 'original', '--diff', '--json'],
  ['review', '--json'],
  ['diff', 'original', 'fixed', '--search', '--size', '1', '--workers', '2', '--json'],
];

/** What the package may hold, beside what npm adds by itself. */
const SHIPPED =
  /^(dist|model|patches|specs\/scenarios|docs)\/|^(package\.json|README\.md|LICENSE)$/;

function run(file: string, args: readonly string[], cwd: string): string {
  return execFileSync(file, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Packs into a folder; prepack builds. @returns the tarball's path. */
function pack(folder: string): string {
  const printed = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  // What prepack prints comes first.
  const [packed] = JSON.parse(printed.slice(printed.search(/^\[$/m))) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  const stray = packed.files.map(({ path }) => path).filter((path) => !SHIPPED.test(path));
  if (stray.length > 0) throw new Error(`check-pack: not meant to be shipped: ${stray.join(', ')}`);
  const size = (packed.unpackedSize / 1e6).toFixed(1);
  console.log(`packed ${packed.filename}: ${packed.files.length} files, ${size} MB`);
  return join(folder, packed.filename);
}

function install(tarball: string, folder: string): string {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', tarball], folder);
  return join(folder, 'node_modules', '.bin', 'lzfree');
}

/** What a command prints; exit status 1 is an answer too. */
function answer(file: string, args: readonly string[], cwd: string): string {
  const options = { cwd, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const { status, stdout, stderr } = spawnSync(file, args, options);
  if (status !== 0 && status !== 1) throw new Error(`check-pack: ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function compare(binary: string, folder: string): void {
  const known = new Set(commands.map(({ name }) => name));
  for (const words of COMPARED.filter(([word]) => word.startsWith('-') || known.has(word))) {
    const installed = answer(binary, words, folder);
    const source = answer('npm', ['run', '-s', 'lzfree', '--', ...words], root);
    if (installed !== source || installed === '')
      throw new Error(`check-pack: 'lzfree ${words.join(' ')}' answers otherwise once installed`);
    console.log(`same answer: lzfree ${words.join(' ')}`);
  }
}

/** What needs the sources is refused with what is needed. */
function refuses(binary: string, folder: string): void {
  const words = ['run', 'half-written-page', '--edit', 'mine.diff'];
  const { status, stderr } = spawnSync(binary, words, { cwd: folder, encoding: 'utf8' });
  if (status !== 2 || !stderr.includes('needs a checkout'))
    throw new Error(`check-pack: --edit is not refused once installed: ${status} ${stderr}`);
  console.log('refused: --edit, which needs a checkout');
}

const folder = mkdtempSync(join(tmpdir(), 'lzfree-pack-'));
try {
  const binary = install(pack(folder), folder);
  compare(binary, folder);
  refuses(binary, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
