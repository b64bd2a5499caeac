import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { writeFileAtomically } from '../../scripts/cli/atomic-write';
import { checkPlace } from '../../scripts/cli/check-place';
import { UsageError } from '../../scripts/cli/errors';
import { readInput } from '../../scripts/cli/input';
import { packagePath } from '../../scripts/cli/package-root';
import { loadScenarios } from '../../scripts/suite';
import { runCli } from './run-cli';

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

  it('a symbolic link stays one: its target is written, or made', async () => {
    mkdirSync(join(folder, 'far'));
    symlinkSync('far', join(folder, 'near'));
    writeFileSync(join(folder, 'far', 'old'), 'old');
    symlinkSync(join('near', 'old'), join(folder, 'to-old'));
    symlinkSync('to-old', join(folder, 'to-link'));
    symlinkSync(join('far', 'a', 'new'), join(folder, 'to-nothing'));
    for (const name of ['to-link', 'to-nothing']) {
      checkPlace(join(folder, name), 'file');
      await writeFileAtomically(join(folder, name), name);
      expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
    }
    expect(readFileSync(join(folder, 'far', 'old'), 'utf8')).toBe('to-link');
    expect(readFileSync(join(folder, 'far', 'a', 'new'), 'utf8')).toBe('to-nothing');
    expect(readdirSync(join(folder, 'far')).sort()).toEqual(['a', 'old']);
  });

  it('links in a ring, and one to a folder, are no place for a file', async () => {
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    symlinkSync('.', join(folder, 'c'));
    for (const [name, reason] of [
      ['a', 'too many symbolic links; check the path'],
      ['c', 'it is a folder; name a file'],
    ] as const) {
      const path = join(folder, name);
      const refused = new UsageError(`cannot write '${path}': ${reason}`);
      expect(() => checkPlace(path, 'file')).toThrow(refused);
      await expect(writeFileAtomically(path, 'x')).rejects.toThrow(refused);
    }
  });

  it('a FIFO is written into, through a link too', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    symlinkSync('fifo', join(folder, 'link'));
    for (const path of [fifo, join(folder, 'link')]) {
      checkPlace(path, 'file');
      const read = readFile(fifo, 'utf8');
      await writeFileAtomically(path, 'for the reader');
      expect(await read).toBe('for the reader');
    }
    expect(lstatSync(fifo).isFIFO()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['fifo', 'link']);
  });
});

describe('a checkpoint', () => {
  it.each([
    'run half-written-page',
    'classes half-written-page',
    'attribute half-written-page',
    'hunt fixed --until-size 0',
    'diff base fixed --search --size 1',
  ])('of %s is not kept in a FIFO, from which nothing goes on', async (line) => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const { code, stdout, stderr } = await runCli([...line.split(' '), '--checkpoint', fifo]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^lzfree [a-z]+: cannot keep a checkpoint in '.*': it is no file; name another\n$/,
    );
  });
});

describe('a place to write to', () => {
  it('is found to be one before anything is written, whether it is there or not', () => {
    writeFileSync(join(folder, 'old.json'), '');
    for (const path of ['old.json', 'a/b/new.json']) checkPlace(join(folder, path), 'file');
    for (const path of ['', 'a/b']) checkPlace(join(folder, path), 'folder');
    for (const path of ['', 'a', 'a/x.html', 'old.json/../x.HTM'])
      checkPlace(join(folder, path), 'page');
    checkPlace('here.json', 'file');
    expect(readdirSync(folder)).toEqual(['old.json']);
  });

  it.each([
    ['file', 'taken', 'it is a folder; name a file'],
    [
      'file',
      'file/x/y',
      'it, or a part of its path, is a file where a folder has to be; check the path',
    ],
    [
      'folder',
      'file',
      'it, or a part of its path, is a file where a folder has to be; check the path',
    ],
    [
      'folder',
      'file/x',
      'it, or a part of its path, is a file where a folder has to be; check the path',
    ],
    [
      'page',
      'file',
      'it, or a part of its path, is a file where a folder has to be; check the path',
    ],
    ['page', 'taken.html', 'it is a folder; name a file'],
  ] as const)('a %s at %s is refused', (place, name, reason) => {
    mkdirSync(join(folder, 'taken'));
    mkdirSync(join(folder, 'taken.html'));
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, name);
    const refused = new UsageError(`cannot write '${path}': ${reason}`);
    expect(() => checkPlace(path, place)).toThrow(refused);
  });

  it('has a name', () => {
    for (const place of ['file', 'folder', 'page'] as const)
      expect(() => checkPlace('', place)).toThrow("cannot write '': no such file");
  });
});

describe('a path that leads nowhere', () => {
  it.each(['import', 'run', 'classes', 'matrix', 'attribute', 'diff base fixed', 'replay'])(
    'is bad input of %s, and one line gives the reason',
    async (line) => {
      writeFileSync(join(folder, 'file'), '');
      symlinkSync('ring', join(folder, 'ring'));
      for (const [path, reason] of [
        [
          join(folder, 'file', 'x'),
          'it, or a part of its path, is a file where a folder has to be; check the path',
        ],
        [join(folder, 'ring'), 'too many symbolic links; check the path'],
        [`./${'x'.repeat(5000)}`, 'the name is too long'],
      ] as const) {
        const more = line === 'replay' ? ['s1:0'] : [];
        const { code, stdout, stderr } = await runCli([...line.split(' '), path, ...more]);
        expect([code, stdout]).toEqual([2, '']);
        expect(stderr).toMatch(/^lzfree [a-z]+: cannot read '[^\n]*\n$/);
        expect(stderr.endsWith(`': ${reason}\n`)).toBe(true);
      }
    },
  );
});

describe('a scenario that is named twice', () => {
  it('is there once: by its name, its file, its folder or standard input', async () => {
    const name = 'madvise-kinds';
    const text = readFileSync(packagePath('specs', 'scenarios', `${name}.yaml`), 'utf8');
    const names = async (...words: string[]) => {
      const loaded = await loadScenarios(words, { ...io, stdin: chunks(text) });
      return loaded.map(({ scenario }) => scenario.name);
    };
    writeFileSync(join(folder, 'a.yaml'), text);
    for (const words of [
      [name, name],
      [name, packagePath('specs', 'scenarios', `${name}.yaml`)],
      [folder, join(folder, '.', 'a.yaml')],
      ['-', '-'],
    ])
      expect(await names(...words)).toEqual([name]);
  });

  it('is refused where two files have its name, by which results are told apart', async () => {
    const name = 'madvise-kinds';
    const copy = join(folder, 'a.yaml');
    writeFileSync(copy, readFileSync(packagePath('specs', 'scenarios', `${name}.yaml`)));
    const { code, stdout, stderr } = await runCli(['matrix', name, copy]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `lzfree matrix: ${copy} is called '${name}', as specs/scenarios/${name}.yaml is; ` +
        'give one of them another name\n',
    );
  });
});

describe('a folder of scenarios', () => {
  it('is read with its folders, but for hidden ones and installed packages', async () => {
    const text = readFileSync(packagePath('specs', 'scenarios', 'madvise-kinds.yaml'), 'utf8');
    for (const path of ['b', 'node_modules/x', '.github/workflows']) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, 'y.yaml'), path === 'b' ? text : 'jobs: {}\n');
    }
    writeFileSync(join(folder, 'a.yml'), text.replace(/^scenario: .*$/m, 'scenario: other'));
    const loaded = await loadScenarios([folder], io);
    expect(loaded.map(({ file }) => file)).toEqual([
      join(folder, 'a.yml'),
      join(folder, 'b', 'y.yaml'),
    ]);
  });
});

describe('readInput', () => {
  it('reads a named file, or standard input for a dash', async () => {
    writeFileSync(join(folder, 'x.mbox'), 'From me');
    expect(Buffer.from(await readInput(join(folder, 'x.mbox'), io)).toString()).toBe('From me');
    const piped = { ...io, stdin: chunks('From ', 'you') };
    expect(Buffer.from(await readInput('-', piped)).toString()).toBe('From you');
  });

  it.each([
    ['gzip', 'gunzip', gzipSync('From me')],
    ['bzip2', 'bunzip2', Buffer.from('BZh91AY&SY')],
    ['xz', 'unxz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00])],
    ['zstd', 'unzstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04])],
  ])(
    'what %s has packed is refused with the command that unpacks it',
    async (by, unpack, bytes) => {
      const path = join(folder, "it's");
      writeFileSync(path, bytes);
      await expect(readInput(path, io)).rejects.toThrow(
        `'${path}' is compressed by ${by}; unpack it first: ${unpack} '${folder}/it'\\''s'`,
      );
      const piped = { ...io, stdin: Readable.from([bytes]) };
      await expect(readInput('-', piped)).rejects.toThrow(
        `standard input is compressed by ${by}; pipe it through '${unpack}'`,
      );
    },
  );

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
