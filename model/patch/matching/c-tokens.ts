/**
 * C as a sequence of tokens, without comments and white space, so that text which was only laid out anew
 * is the same. Works on fragments: a piece of a file may begin or end inside a comment.
 */

const TOKEN = new RegExp(
  [
    /\/\*|\*\/|\/\//,
    /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?/,
    /[A-Za-z_]\w*|\.?\d[\w.]*/,
    /<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||##/,
    /[^\s\w]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
const COMMENT_LINE = /^\s*\*(?:\s|$)/;

/** Whether the first line of a fragment stands inside a comment, as far as the fragment tells. */
export function beginsInComment(lines: readonly string[]): boolean {
  for (const line of lines) {
    const open = line.indexOf('/*');
    const close = line.indexOf('*/');
    if (close !== -1 && (open === -1 || close < open)) return true;
    if (open !== -1) return false;
  }
  return lines.length > 0 && COMMENT_LINE.test(lines[0]);
}

/** A backslash that continues a macro's line is layout, not a token. */
function withoutContinuation(line: string): string {
  return line.replace(/\\\s*$/, '');
}

/** Tokens of one line, and whether a comment is open at its end. */
function tokenizeLine(line: string, inComment: boolean): { tokens: string[]; inComment: boolean } {
  const tokens: string[] = [];
  let open = inComment;
  for (const [token] of withoutContinuation(line).matchAll(TOKEN)) {
    if (open) {
      // Inside a comment a quote swallows what follows it; look for the end there too.
      if (token === '*/' || token.includes('*/')) open = false;
    } else if (token === '/*') open = true;
    else if (token === '//') break;
    else tokens.push(token);
  }
  return { tokens, inComment: open };
}

/** The tokens of each line of a fragment; none for a line of comment. */
export function tokenizeLines(lines: readonly string[]): string[][] {
  let inComment = beginsInComment(lines);
  return lines.map((line) => {
    const result = tokenizeLine(line, inComment);
    inComment = result.inComment;
    return result.tokens;
  });
}

/** Whether a token is a name. */
export function isName(token: string): boolean {
  return /^[A-Za-z_]/.test(token);
}
