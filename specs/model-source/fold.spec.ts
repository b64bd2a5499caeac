import { fold } from '../../scripts/model-source/fold';
import { prune } from '../../scripts/model-source/prune';

const A = "hunk('p3/mm/rmap/try_to_unmap_one')";
const B = "hunk('p3/mm/rmap/is_anon_vma')";
const DEFINED = "defined('p3/mm/rmap/is_anon_vma', 'is_anon_vma');";

/** Folds the statements of a function with A on and B off, on one line. */
function folded(body: string): string {
  const text = fold('f.ts', `function f() {\n${body}\n}\n`, (id) => id.endsWith('unmap_one'));
  return text
    .replace(/\s+/g, ' ')
    .replace(/^function f\(\) \{ ?|\} $/g, '')
    .trim();
}

describe('a decided switch', () => {
  it.each([
    ['leaves of an if the arm that is taken', `if (${A}) { a(); } else { b(); }`, 'a();'],
    ['leaves nothing of an if whose arm is not taken', `if (${B}) { a(); } c();`, 'c();'],
    ['takes the comment of a removed if away', `// why\nif (${B}) a();\nc();`, 'c();'],
    ['keeps the comments inside an arm', `if (${A}) { /* in */ a(); }`, '/* in */ a();'],
    [
      'turns an else-if into an else',
      `if (x) { a(); } else if (${A}) { b(); }`,
      'if (x) { a(); } else { b(); }',
    ],
    ['drops an else-if', `if (x) { a(); } else if (${B}) { b(); }`, 'if (x) { a(); }'],
    [
      'hands an else-if over to its else',
      `if (x) { a(); } else if (${B}) { b(); } else { c(); }`,
      'if (x) { a(); } else { c(); }',
    ],
    [
      'leaves what else a condition asks',
      `if (x && ${A} && (yield y)) a();`,
      'if (x && (yield y)) a();',
    ],
    [
      'leaves the effect of what is asked before it',
      `if (!(yield* x()) && ${B}) a();`,
      'yield* x();',
    ],
    ['is negated', `if (!${B}) a();`, 'a();'],
    ['ends an or', `if (x || ${A}) a();`, 'a();'],
    ['leaves the other side of an or', `if (${B} || x) a();`, 'if (x) a();'],
    ['picks a value', `return ${A} ? a : b;`, 'return (a);'],
    [
      'keeps the braces of an arm whose names are taken',
      `const x = 0; if (${A}) { const x = 1; a(x); }`,
      'const x = 0; { const x = 1; a(x); }',
    ],
    ['cuts off what a return makes unreachable', `if (${A}) { return 1; } return 2;`, 'return 1;'],
  ])('%s', (_, before, after) => {
    expect(folded(before)).toBe(after);
  });

  it('cannot be folded behind something that has an effect', () => {
    expect(() => folded(`return (yield* x()) && ${B} ? a : b;`)).toThrow(
      'evaluated before a switch',
    );
  });

  it('leaves a switch that is not decided, and a constant that is no switch, as they are', () => {
    const text = `function f() { while (true) if (${B}) a(true); }\n`;
    expect(fold('f.ts', text, () => undefined)).toBe(text);
  });
});

describe('a definition', () => {
  const text = `/** What. */\nfunction is_anon_vma() { ${DEFINED} return 1; }\nconst x = 1;\n`;

  it('goes with its documentation when its switch is off', () => {
    expect(fold('f.ts', text, () => false)).toBe('\nconst x = 1;\n');
  });

  it('loses the mark when its switch is on', () => {
    expect(fold('f.ts', text, () => true)).not.toContain('defined');
  });

  it('cannot be reached inside a function that stays', () => {
    const use = `function f() { if (x) { ${DEFINED} } }`;
    expect(() => fold('f.ts', use, () => false)).toThrow('still reached');
  });
});

describe('pruning', () => {
  const pruned = (text: string) => prune('f.ts', text).replace(/\s+/g, ' ').trim();

  it.each([
    [
      'an import',
      "import { a, b } from 'x'; export const c = b;",
      "import { b } from 'x'; export const c = b;",
    ],
    [
      'the last import of a statement',
      "import type { a } from 'x'; export const c = 1;",
      'export const c = 1;',
    ],
    [
      'a function, and then what only it used',
      'const d = 1; function f() { return d; } export const c = 2;',
      'export const c = 2;',
    ],
    [
      'a variable',
      'export function f() { const a = 1; return 2; }',
      'export function f() { return 2; }',
    ],
    [
      'a member that is taken out of an object',
      'export function f(o: O) { const { a, b } = o; return b; }',
      'export function f(o: O) { const { b } = o; return b; }',
    ],
    [
      'a parameter, with what callers pass',
      'function f(a: A, b: B) { return a; } export const c = f(1, 2);',
      'function f(a: A) { return a; } export const c = f(1);',
    ],
  ])('removes %s that is not used', (_, before, after) => {
    expect(pruned(before)).toBe(after);
  });

  it('keeps the processor that a function runs on, and the parameters that others pass', () => {
    const text = 'function f(cpu: Cpu) { return 1; } export function g(a: A) { return f(0); }';
    expect(pruned(text)).toBe(
      'function f(_cpu: Cpu) { return 1; } export function g(_a: A) { return f(0); }',
    );
  });

  it('refuses to drop a variable whose value has an effect', () => {
    expect(() => prune('f.ts', 'export function* f() { const a = yield 1; }')).toThrow('does more');
  });
});
