/**
 * A strict reader of KTAP version 1, written from the kernel's Documentation/dev-tools/ktap.rst. It refuses
 * more than a parser has to: no unknown lines, no missing plan, no name twice at one level.
 */

export interface KtapResult {
  readonly ok: boolean;
  readonly name: string;
  readonly directive: string | undefined;
  readonly data: string;
  /** Diagnostic lines directly before it. */
  readonly diagnostics: readonly string[];
  readonly subtests: readonly KtapResult[];
}

const DIRECTIVES = ['SKIP', 'TO' + 'DO', 'XFAIL', 'TIMEOUT', 'ERROR'];
const RESULT = /^(ok|not ok) (\d+)(?: ([^#]*?))?(?: # (.*))?$/;

/** Reads a whole text. @throws Error naming the line that breaks a rule */
export function readKtap(text: string): KtapResult[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('ktap: the last line has no line feed');
  const reader = new Reader(lines);
  const results = reader.block('');
  if (reader.at < lines.length) throw reader.fault('text behind the last result');
  return results;
}

class Reader {
  at = 0;
  constructor(private readonly lines: readonly string[]) {}

  fault(what: string): Error {
    return new Error(`ktap: line ${this.at + 1}: ${what}: ${this.lines[this.at] ?? '(end)'}`);
  }

  /** Version, plan, then as many results as planned, each with the block of its subtests before it. */
  block(indent: string): KtapResult[] {
    if (this.lines[this.at] !== `${indent}KTAP version 1`) throw this.fault('no version line');
    this.at++;
    const plan = /^1\.\.(\d+)$/.exec(this.own(indent));
    if (plan === null) throw this.fault('no plan');
    this.at++;
    const results: KtapResult[] = [];
    for (let number = 1; number <= Number(plan[1]); number++) {
      results.push(this.result(indent, number));
    }
    this.diagnostics(indent);
    const names = results.map(({ name }) => name);
    if (new Set(names).size !== names.length) throw this.fault('a name twice at one level');
    return results;
  }

  private result(indent: string, number: number): KtapResult {
    const before = this.diagnostics(indent);
    const nested = this.lines[this.at] === `${indent}  KTAP version 1`;
    const subtests = nested ? this.block(`${indent}  `) : [];
    const diagnostics = [...before, ...this.diagnostics(indent)];
    const match = RESULT.exec(this.own(indent));
    if (match === null) throw this.fault('no result line');
    const [, verdict, given, name, tail] = match;
    if (Number(given) !== number) throw this.fault(`not number ${number}`);
    if (!name?.trim()) throw this.fault('no description');
    const word = /^[A-Z]+/.exec(tail ?? '')?.[0];
    const directive = DIRECTIVES.find((known) => known === word);
    const ok = verdict === 'ok';
    if (ok && (directive === 'TIMEOUT' || directive === 'ERROR')) throw this.fault('ok with it');
    if (ok && subtests.some((each) => !each.ok)) throw this.fault('ok above a failure');
    this.at++;
    return { ok, name, directive, data: tail ?? '', diagnostics, subtests };
  }

  private diagnostics(indent: string): string[] {
    const found: string[] = [];
    while (this.lines[this.at]?.startsWith(`${indent}#`)) {
      if (!/^#( \S| {2}|$)/.test(this.own(indent))) throw this.fault('no diagnostic line');
      found.push(this.own(indent).slice(2));
      this.at++;
    }
    return found;
  }

  /** The line without its indentation. */
  private own(indent: string): string {
    const line = this.lines[this.at] ?? '';
    if (!line.startsWith(indent)) throw this.fault('wrong indentation');
    return line.slice(indent.length);
  }
}
