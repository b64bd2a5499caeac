/** The style of the project, where a tool of its own does not check it already. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, sep } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage', '.git', 'package-lock.json']);
const TEXT = new Set([
  '.ts',
  '.tsx',
  '.mjs',
  '.cjs',
  '.js',
  '.json',
  '.md',
  '.yaml',
  '.yml',
  '.css',
  '.html',
]);

const LINES_MOST = 500;
const COLUMNS_MOST = 110;
const BYTES_MOST = 1024 * 1024;

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !LEFT_OUT.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(path) : [path];
    });
}

const files = walk(ROOT)
  .map((path) => relative(ROOT, path).split(sep).join('/'))
  .filter((path) => !path.startsWith('patches/'));
const content = new Map(
  files
    .filter((path) => TEXT.has(extname(path)) || path.startsWith('.ci/') || path === 'LICENSE')
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);
const sources = [...content].filter(([path]) => /[.]tsx?$/.test(path));

/** `path:line` of every line that the test holds for. */
function linesWhere(
  entries: Iterable<readonly [string, string]>,
  test: (line: string) => boolean,
): string[] {
  return [...entries].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index) => (test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

// In parts, so that this file does not find itself.
const UNFINISHED = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
);
const MACHINE = new RegExp(
  [
    `(^|[\\s'"\`(=])/(${['work', 'tmp', 'home', 'root', 'Users'].join('|')})/[\\w.]`,
    ['registry', 'npmjs'].join('\\.'),
    ['un', 'pkg\\.com'].join(''),
    ['sess', 'ion_'].join(''),
  ].join('|'),
);

/** What the kernel's folders declare with an underscore inside its name, constants aside. */
function namesOfLinux(): string[] {
  const own = /^(?:export )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;
  const names = sources
    .filter(([path]) => /^model\/(mm|include|arch|fs|kernel)\//.test(path))
    .flatMap(([, text]) => Array.from(text.matchAll(own), ([, name]) => name!));
  return names.filter((name) => /[^_]_+[^_]/.test(name) && /[a-z]/.test(name));
}

describe('names', () => {
  // A new name here must be one of Linux 3.14 or of the series; then it goes into the list.
  it('with an underscore are those of Linux that specs/linux-names.txt lists', () => {
    const list = readFileSync(join(ROOT, 'specs', 'linux-names.txt'), 'utf8')
      .trim()
      .split('\n');
    expect([...new Set(namesOfLinux())].sort()).toEqual(list);
  });
});

describe('files', () => {
  it(`no TypeScript file has more than ${LINES_MOST} lines`, () => {
    const long = sources.filter(([, text]) => text.split('\n').length - 1 > LINES_MOST);
    expect(long.map(([path]) => path)).toEqual([]);
  });

  it(`no line of TypeScript is wider than ${COLUMNS_MOST} columns`, () => {
    expect(linesWhere(sources, (line) => line.length > COLUMNS_MOST)).toEqual([]);
  });

  it('text ends with one line feed and has no tabs, carriage returns or trailing blanks', () => {
    const bare = [...content].filter(([path]) => !path.endsWith('.md'));
    expect(linesWhere(bare, (line) => /[\t\r]|[ ]$/.test(line))).toEqual([]);
    const unended = [...content].filter(([, text]) => !/[^\n]\n$/.test(text));
    expect(unended.map(([path]) => path)).toEqual([]);
  });

  it('nothing is left unfinished', () => {
    expect(linesWhere(content, (line) => UNFINISHED.test(line))).toEqual([]);
  });

  it('nothing names a machine or a registry', () => {
    expect(linesWhere(content, (line) => MACHINE.test(line))).toEqual([]);
  });

  it('nothing is exported by default but what a tool demands', () => {
    const demanded = /(^|\/)[\w.-]+\.config\.ts$/;
    const written = sources.filter(([path]) => !demanded.test(path));
    expect(linesWhere(written, (line) => /^export default\b/.test(line))).toEqual([]);
  });

  it('no file is a blob', () => {
    expect(files.filter((path) => statSync(join(ROOT, path)).size > BYTES_MOST)).toEqual([]);
  });

  it('every relative link in the documentation leads somewhere', () => {
    const dead = [...content]
      .filter(([path]) => path.endsWith('.md'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)[^)]*\)/g)]
          .map((match) => match[1])
          .filter((target) => !existsSync(join(ROOT, dirname(path), decodeURI(target))))
          .map((target) => `${path}: ${target}`),
      );
    expect(dead).toEqual([]);
  });
});

/** Titles of a spec file with those of the blocks around them, outermost first. */
function titlesOf(path: string, text: string): string[][] {
  const titles: string[][] = [];
  const visit = (node: ts.Node, around: readonly string[]): void => {
    const title = ts.isCallExpression(node) ? titleOf(node) : undefined;
    if (title === undefined) return ts.forEachChild(node, (child) => visit(child, around));
    const full = [...around, title];
    titles.push(full);
    ts.forEachChild(node, (child) => visit(child, full));
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022), []);
  return titles;
}

/** The title in `it('...')`, `describe.each(...)('...')` and the like. */
function titleOf(call: ts.CallExpression): string | undefined {
  let callee: ts.Expression = call.expression;
  while (!ts.isIdentifier(callee)) {
    if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee))
      callee = callee.expression;
    else if (ts.isTaggedTemplateExpression(callee)) callee = callee.tag;
    else return undefined;
  }
  if (!/^(it|test|describe)$/.test(callee.text)) return undefined;
  const first = call.arguments[0];
  if (!first) return undefined;
  if (ts.isStringLiteral(first) || ts.isNoSubstitutionTemplateLiteral(first)) return first.text;
  if (ts.isTemplateExpression(first))
    return first.head.text + first.templateSpans.map((s) => s.literal.text).join('*');
  return undefined;
}

describe('spec titles', () => {
  const titles = sources
    .filter(([path]) => path.endsWith('.spec.ts'))
    .flatMap(([path, text]) =>
      titlesOf(path, text).map((full) => ({ path, full, own: full.at(-1)! })),
    );
  const where = ({ path, full }: (typeof titles)[number]) => `${path}: ${full.join(' > ')}`;

  it('are found at all', () => {
    expect(titles.map(({ own }) => own)).toContain('are found at all');
  });

  it('state facts, without a verb of duty', () => {
    expect(titles.filter(({ own }) => /\bshould\b/i.test(own)).map(where)).toEqual([]);
  });

  it('have no number sign, which ends a description in KTAP', () => {
    const sign = titles.filter(({ own }) => own.replaceAll('%#', '').includes('#'));
    expect(sign.map(where)).toEqual([]);
  });

  it('are unique within their block', () => {
    const all = titles.map(where);
    expect(all.filter((title, index) => all.indexOf(title) !== index)).toEqual([]);
  });
});
