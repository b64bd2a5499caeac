/** What an edit of the model may be, what is said where it is none, and that commands know a given one. */
import { writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { packagePath } from '../../scripts/cli/package-root';
import { checkTypes } from '../../scripts/edit/check-types';
import { editFault } from '../../scripts/edit/edit-fault';
import { mergeSource } from '../../scripts/edit/merge-source';
import { editFiles } from '../../scripts/edit/given-edits';
import { overridesOf } from '../../scripts/edit/overrides';
import { readEdit } from '../../scripts/edit/read-edit';
import { sourcesOnDisk } from '../../scripts/model-source/kernel-sources';
import { schemaFaults } from '../cli/json-schema';
import { lzfree } from './lzfree-process';

const sources = sourcesOnDisk();
const PATH = 'model/mm/swap_state.ts';
const TRYLOCK = 'if (!(yield trylock_page(page))) return false;\n  if (yield* PageKsm(page)) {';

function diffOf(from: string, to: string, path = PATH): string {
  const before = sources.get(path)!;
  expect(before.split(from)).toHaveLength(2);
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, before.replace(from, to));
}

const edit = (from: string, to: string, file = 'mine.diff') =>
  readEdit(file, diffOf(from, to), sources);
const overrides = (...edits: ReturnType<typeof edit>[]) =>
  overridesOf(edits, sources, '{"series":[],"hunks":[]}');

it('the option is found in both forms, however often it is given', () => {
  expect(editFiles(['diff', '--edit', 'a', 'x', '--edit=b'])).toEqual(['a', 'b']);
});

it('an edit is called by its file, and described by the first line above the diff or by a subject', () => {
  const diff = diffOf(TRYLOCK, 'if (yield* PageKsm(page)) {');
  expect(readEdit('x/no-lock.diff', `What it does\n\nMore.\n${diff}`, sources)).toMatchObject({
    id: 'edit/no-lock',
    subject: 'What it does',
  });
  const mail = `From: A <a@example.org>\nSubject: [PATCH] mm: no\n lock\n\nText.\n---\n${diff}`;
  expect(readEdit('0001-no-lock.patch', mail, sources)).toMatchObject({
    id: 'edit/0001-no-lock',
    subject: 'mm: no lock',
  });
});

it('a mail ends in a signature, which is no part of the diff, nor is the next mail', () => {
  const diff = diffOf(TRYLOCK, 'if (yield* PageKsm(page)) {');
  const other = diffOf('yield SetPageDirty(page);\n  return true;', 'return true;');
  const mail = (text: string) => `From 01 Mon Sep 17\nSubject: a\n\n---\n${text}-- \n2.39.2\n\n`;
  const read = (text: string) => readEdit('a.patch', text, sources).edited.get(PATH);
  expect(read(mail(diff))).toBe(read(diff));
  expect(read(mail(diff) + mail(other))).toBe(read(diff + other));
});

describe('an error that nobody foresaw', () => {
  const error = new TypeError('no');
  error.stack = `TypeError: no\n    at f.next (<anonymous>)\n    at f (${packagePath(PATH)}:1:2)`;

  it('is told as what the edited model threw, with the place', () => {
    expect(editFault(error, [PATH])).toMatch(
      /^the edited model threw TypeError: no in f of model\/mm\/swap_state\.ts; mend the edit/,
    );
  });

  it('may be that of an edit elsewhere, and is none where none is given', () => {
    expect(editFault(error, ['model/mm/rmap.ts'])).toContain('without Math.random');
    expect(editFault(error)).toBeUndefined();
  });
});

describe('is refused, with how to mend it', () => {
  it.each([
    ['no diff', 'words', "holds no diff; edit the model and take 'git diff -- model > mine.diff'"],
    [
      'a diff of C',
      '--- a/mm/rmap.c\n+++ b/mm/rmap.c\n@@ -1 +1 @@\n-a\n+b\n',
      'that is kernel code',
    ],
    [
      'a new file',
      '--- /dev/null\n+++ b/model/mm/x.ts\n@@ -0,0 +1 @@\n+b\n',
      'changes files that are there',
    ],
    [
      'a diff of what is no part of the kernel',
      '--- a/model/explorer/explore.ts\n+++ b/model/explorer/explore.ts\n@@ -1 +1 @@\n-a\n+b\n',
      'an edit changes the modelled kernel',
    ],
    [
      'a diff that was taken inside the model',
      '--- a/mm/rmap.ts\n+++ b/mm/rmap.ts\n@@ -1 +1 @@\n-a\n+b\n',
      'git diff --no-relative',
    ],
    [
      'a diff of another version',
      `--- a/${PATH}\n+++ b/${PATH}\n@@ -1 +1 @@\n-not there\n+b\n`,
      'it was made for another version of that file',
    ],
    [
      'a damaged diff',
      `--- a/${PATH}\n+++ b/${PATH}\n@@ -1,9 +1 @@\n-a\n+b\n`,
      'is no diff that can be read',
    ],
  ])('%s', (_, text, reason) => {
    expect(() => readEdit('mine.diff', text, sources)).toThrow(reason);
  });

  it('what the model has already', () => {
    const diff = diffOf(TRYLOCK, 'if (yield* PageKsm(page)) {');
    const done = new Map(sources).set(
      PATH,
      sources.get(PATH)!.replace(TRYLOCK, 'if (yield* PageKsm(page)) {'),
    );
    expect(() => readEdit('mine.diff', diff, done)).toThrow(
      `the model has that edit already; take it out: git checkout ${PATH}`,
    );
  });

  it('a name that is none', () => {
    expect(() => edit(TRYLOCK, '', 'a b.diff')).toThrow('rename the file');
  });

  it('code that does not compile, with the place', () => {
    const wrong = edit(
      TRYLOCK,
      'if (!(yield trylockPage(page))) return false;\n  if (yield* PageKsm(page)) {',
    );
    expect(() => checkTypes(wrong, sources)).toThrow(
      /^'mine\.diff' does not compile: model\/mm\/swap_state\.ts, line \d+ .*: Cannot find name 'trylockP/,
    );
    expect(() =>
      checkTypes(
        edit('return false;\n  if (yield* Page', 'return false;;\n  if (yield* Page'),
        sources,
      ),
    ).not.toThrow();
  });

  it('a function that those who call it from other sources do not fit any more', () => {
    const more = edit(
      'function* delete_from_swap_cache(cpu: Cpu,',
      'function* delete_from_swap_cache(cpu: Cpu, more: Page,',
    );
    expect(() => checkTypes(more, sources)).toThrow(
      /model\/mm\/(?!swap_state)\S+, line \d+ with the edit: Expected 3 arguments/,
    );
  });

  it('a change of comments only', () => {
    const comment = edit(
      '@returns false if the page lock was not',
      '@returns false where the page lock was not',
    );
    expect(() => overrides(comment)).toThrow('changes no function');
  });

  it.each([
    ['an import from elsewhere', "from './page_io'", "from './page_writer'", 'swap_readpage'],
    [
      'a constant made a function',
      'const cacheSlot = (offset: number): number => kernel',
      'function cacheSlot(offset: number) { return 1; }\nconst other = (offset: number) => kernel',
      'cacheSlot',
    ],
    ['a name that is there', '', '\nconst kernel = 1;', 'kernel'],
  ])('two things of one name: %s', (_, from, to, name) => {
    const before = sources.get(PATH)!;
    const edited = from === '' ? before + to : before.replace(from, to);
    const made = new Map([[PATH, edited]]);
    const mine = { ...edit(TRYLOCK, 'if (yield* PageKsm(page)) {'), edited: made };
    expect(() => overrides(mine)).toThrow(`has two things called ${name};`);
  });

  it('two edits of one function', () => {
    const one = edit(TRYLOCK, 'if (yield* PageKsm(page)) {', 'one.diff');
    const two = edit(
      '    yield ClearPageDirty(page);\n  }\n  if (!(yield* PageLazyFree',
      '  }\n  if (!(yield* PageLazyFree',
      'two.diff',
    );
    expect(() => overrides(one, two)).toThrow(
      /'one.diff' and 'two.diff' both change move_lazyfree/,
    );
  });

  it.each([
    ['const a = 1;', 'const a = 2;', 'changes a, which is no function'],
    ['function f(a) {}', 'function f(b) {}', 'changes parameters of f'],
    ['function f(a) {}', 'function* f(a) {}', 'changes f, and not only what it does'],
    ['function f(a) {}', 'export function f(a) {}', 'changes f, and not only what it does'],
    ['function f(a) {}', 'function f(...a) {}', 'changes parameters of f'],
    ['function f() { g(a); }', 'function f(a = 1) { g(a); }', 'f uses the name a where'],
    ['function f(a) { g(); }', 'function f() { g(a); }', 'f uses the name a where'],
    ['function f() {}', 'function f(a = g()) { h(a); }', 'would be worked out without the edit'],
    ['', 'f();', "adds 'f();', which declares nothing"],
    ['f();', '', "takes out 'f();'"],
    ['', "export * from './a';", "adds 'export * from './a';', which declares nothing"],
    ['', 'let a = 1;', 'adds the variable a, which would keep its value'],
    ['', 'const a = 1; const b = 2;\nfunction f() {}\nfunction f() {}', 'declares f twice'],
  ])('%s made %s', (before, after, reason) => {
    expect(() => mergeSource('model/x.ts', before, after, 'edit/x')).toThrow(reason);
  });
});

describe('merged', () => {
  const merge = (before: string, after: string) =>
    mergeSource('model/mm/x.ts', before, after, 'edit/x');
  const body = (before: string, after: string) =>
    merge(`function f(a) { ${before} }`, `function f(a) { ${after} }`)
      .edits.at(-1)
      ?.text.replaceAll(/\s+/g, ' ');

  it.each([
    ['g(); h();', 'g(); i();', "{ g(); if (hunk('edit/x')) { i(); } else { h(); } }"],
    ['g(); h(); i();', 'g(); i();', "{ g(); if (hunk('edit/x')) { } else { h(); } i(); }"],
    [
      'if (a) { g(); h(); }',
      'if (a) { h(); }',
      "{ if (a) { if (hunk('edit/x')) { } else { g(); } h(); } }",
    ],
    [
      'if (a) { g(); } else { h(); }',
      'if (a) { g(); } else { i(); }',
      "{ if (a) { g(); } else { if (hunk('edit/x')) { i(); } else { h(); } } }",
    ],
    [
      'if (a) { g(); }',
      'if (!a) { g(); }',
      "{ if (hunk('edit/x')) { if (!a) { g(); } } else { if (a) { g(); } } }",
    ],
    // What is declared where the two differ is seen by all that follows.
    [
      'const b = g(); h(b);',
      'const b = i(); h(b);',
      "{ if (hunk('edit/x')) { const b = i(); h(b); } else { const b = g(); h(b); } }",
    ],
    // And by a function before it.
    [
      'const c = () => b; const b = 1; g(c);',
      'const c = () => b; const b = 2; g(c);',
      "{ if (hunk('edit/x')) { const c = () => b; const b = 2; g(c); } else { " +
        'const c = () => b; const b = 1; g(c); } }',
    ],
    [
      'g(d.E); h();',
      'enum E { A } g(d.E); h();',
      "{ if (hunk('edit/x')) { enum E { A } g(d.E); h(); } else { g(d.E); h(); } }",
    ],
  ])('%s and %s are one body, with the switch where they part', (before, after, merged) => {
    expect(body(before, after)).toContain(merged);
  });

  it('layout and comments are no difference', () => {
    const { edits } = merge(
      'function f(a, b) { return a; }',
      '/** F. */\nfunction f(\n  a,\n  b,\n) {\n  return a; // a\n}',
    );
    expect(edits).toEqual([]);
  });

  it.each([
    ['the end of a template', '`${a}://x`', '`${a}://y`'],
    ['blanks in a template', '`${a} b  c`', '`${a} b c`'],
    ['what follows a regular expression', '/\\//.test(a)', '/\\//.test(b)'],
    ['where a line break ends a statement', '\na', 'a'],
  ])('counts as a difference: %s', (_, before, after) => {
    expect(body(`return ${before};`, `return ${after};`)).toContain("if (hunk('edit/x'))");
  });

  it('a type is no difference', () => {
    expect(merge('function f(a) { g(a); }', 'function f(a: Page) { g(a); }').functions).toEqual([]);
  });

  it('an arrow function chooses, and a parameter more serves both', () => {
    expect(merge('const f = (a) => a;', 'const f = (a) => -a;').edits[0]!.text).toBe(
      "(hunk('edit/x') ? (-a) : (a))",
    );
    const [parameters] = merge('function f(a) { g(a); }', 'function f(a, b = 1) { g(b); }').edits;
    expect(parameters!.text).toBe('a, b = 1');
  });

  it('brings what the edit imports and declares', () => {
    const { added } = merge(
      "import { a } from './a';\nfunction f() { a(); }",
      "import { a, type B, c as d } from './a';\nconst LIMIT = 2;\nfunction f() { d(LIMIT); }",
    );
    expect(added).toEqual([
      "import { hunk } from '../features/hunk';",
      "import { type B } from './a';",
      "import { c as d } from './a';",
      'const LIMIT = 2;',
    ]);
  });
});

describe('the command line', () => {
  const file = packagePath('patches', 'edits', 'keep-swap-slot.diff');
  const variant = 'fixed+edit/keep-swap-slot';
  const folder = mkdtempSync(join(tmpdir(), 'lzfree-edits-'));
  const throwing = join(folder, 'throws.diff');
  const early = join(folder, 'early.diff');
  beforeAll(() => {
    writeFileSync(early, diffOf('i * WORD)', '(i + 1) * WORD)', 'model/machine/struct.ts'));
    writeFileSync(throwing, diffOf(TRYLOCK, `if (page) throw new Error('no');\n  ${TRYLOCK}`));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives the difference with the command that replays it, and that command runs', () => {
    const other = file.replace('keep-swap-slot', 'ttu-action-equals');
    const edits = 'fixed+edit/ttu-action-equals';
    const { status, stdout } = lzfree(
      ...['diff', 'fixed', edits, 'migrate-rewritten-page', '--edit', other, '--json'],
    );
    const document = JSON.parse(stdout) as { schema: string };
    expect([status, schemaFaults(document)]).toEqual([1, []]);
    const replays = [...stdout.matchAll(/"replay": "lzfree (replay [^"]*)"/g)].map(
      ([, words]) => words!,
    );
    const edited = replays.find((words) => words.includes(edits))!;
    expect(edited).toMatch(/ --edit \S+ttu-action-equals\.diff$/);
    expect(lzfree(...edited.split(' '))).toMatchObject({ status: 0, stderr: '' });
  });

  it('reviews an edit against the series without it', () => {
    const { status, stdout } = lzfree('review', '--edit', file, '--search-size', '0');
    expect([status, stdout.replaceAll('\n', ' ')]).toEqual([
      0,
      expect.stringMatching(
        /^fixed -> fixed\+edit\/keep-swap-slot: a program sees a difference in 1 scenario/,
      ),
    ]);
  });

  it('hunts with threads, which know the edit as the command does', () => {
    const hunt = (workers: string) =>
      lzfree(...['hunt', variant, '--edit', file, '--until-size', '1', '--workers', workers]);
    expect(hunt('2')).toEqual(hunt('1'));
  });

  it('holds an edit against a baseline that was made without, and not one made with it against less', () => {
    const baseline = join(folder, 'baseline.json');
    const make = (...words: string[]) =>
      lzfree('baseline', '--scenario', 'pin-during-the-call', '-o', baseline, ...words).status;
    expect(make('--variant', 'fixed')).toBe(0);
    expect(
      lzfree('check', '--variant', variant, '--edit', file, '--baseline', baseline),
    ).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('+ edit/keep-swap-slot') as string,
    });
    expect(make('--variant', variant, '--edit', file)).toBe(0);
    expect(lzfree('check', '--variant', 'fixed', '--baseline', baseline)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'was made with edit/keep-swap-slot; give that edit too',
      ) as string,
    });
  });

  it('prints the edit as the difference of two models', () => {
    const { stdout } = lzfree('materialize', 'fixed', variant, '--diff', '--edit', file);
    expect(stdout).toContain(
      '-  if ((yield PageSwapCache(page)) && (yield* try_to_free_swap(cpu, page))) {',
    );
  });

  it.each([
    [
      'an edit without its file',
      ['run', 'half-written-page', '--variant', variant],
      `there is no edit 'edit/keep-swap-slot'; give its file: --edit keep-swap-slot.diff`,
    ],
    [
      'a file that is not there',
      ['run', 'half-written-page', '--edit', 'nosuch.diff'],
      "cannot read 'nosuch.diff'",
    ],
    [
      'an edit that throws',
      ['run', 'half-written-page', '--variant', 'fixed+edit/throws', '--edit', throwing],
      'threw Error: no in move_lazyfree of model/mm/swap_state.ts; mend the edit',
    ],
    [
      'an edit of what runs while the model is loaded',
      ['run', 'half-written-page', '--edit', early],
      'the code that edit/early changes runs while the model is loaded',
    ],
    [
      'the check of the hunks',
      ['trace', '--edit', file],
      'is about the hunks of the series; leave --edit out',
    ],
  ])('%s ends with 2 and one line', (_, words, reason) => {
    const { status, stdout, stderr } = lzfree(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^lzfree[^\n]*\n$/);
    expect(stderr).toContain(reason);
  });

  it('refuses to go on from a checkpoint of another edit of that name', () => {
    const mine = join(folder, 'mine.diff');
    const checkpoint = join(folder, 'run.json');
    const run = (to: string) => {
      writeFileSync(mine, diffOf(TRYLOCK, to));
      return lzfree(
        ...[
          'hunt',
          'fixed+edit/mine',
          '--edit',
          mine,
          '--until-size',
          '1',
          '--for',
          '1',
          '--checkpoint',
          checkpoint,
        ],
      );
    };
    run('if (yield* PageKsm(page)) {');
    expect(
      run('if (!(yield trylock_page(page))) return true;\n  if (yield* PageKsm(page)) {'),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it is of another model') as string,
    });
  });
});
