import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from '../../scripts/cli/atomic-write';
import { UsageError } from '../../scripts/cli/errors';
import { readInput } from '../../scripts/cli/input';
import { packagePath } from '../../scripts/cli/package-root';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lzfree-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

const io = { stdin: chunks(), signal: new AbortController().signal };

describe('writeFileAtomically', () => {
  it('makes the folders on the way and leaves nothing but the file', async () => {
    await writeFileAtomically(join(folder, 'a', 'b', 'report.json'), '{}');
    expect(readFileSync(join(folder, 'a', 'b', 'report.json'), 'utf8')).toBe('{}');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['report.json']);
  });

  it('refuses a place where no folder can be made', async () => {
    const made = writeFileAtomically('/proc/lzfree/a/report.json', '{}');
    await expect(made).rejects.toThrow(/cannot write '.proc.lzfree.a.report.json': /);
  });

  it('replaces an old file as a whole', async () => {
    const path = join(folder, 'report.txt');
    writeFileSync(path, 'a longer old text');
    await writeFileAtomically(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  it('a place that cannot be written is bad input, and nothing is left behind', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'file'), '');
    for (const place of ['taken', join('file', 'x')])
      await expect(writeFileAtomically(join(folder, place), 'x')).rejects.toThrow(UsageError);
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });
});

describe('readInput', () => {
  it('reads a named file, or standard input for a dash', async () => {
    writeFileSync(join(folder, 'x.mbox'), 'From me');
    expect(Buffer.from(await readInput(join(folder, 'x.mbox'), io)).toString()).toBe('From me');
    const piped = { ...io, stdin: chunks('From ', 'you') };
    expect(Buffer.from(await readInput('-', piped)).toString()).toBe('From you');
  });

  it('a missing file and a folder are bad input, named with the reason', async () => {
    await expect(readInput(join(folder, 'none'), io)).rejects.toThrow(/none': no such file/);
    await expect(readInput(folder, io)).rejects.toThrow(/it is a folder/);
  });

  it('input beyond the limit is refused without reading on', async () => {
    let read = 0;
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(100, read++);
    })();
    const refused = readInput('-', { ...io, stdin: endless }, 1000);
    await expect(refused).rejects.toThrow(/standard input is larger than 1000 bytes/);
    expect(read).toBe(11);
  });
});

describe('packagePath', () => {
  it('finds the files that ship with the package', () => {
    expect(readFileSync(packagePath('package.json'), 'utf8')).toContain('"name": "lzfree"');
  });
});
