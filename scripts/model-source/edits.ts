/** Changes of a text, by position. */

/** What is to stand in place of a range of a text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Makes all edits; of two that overlap only the one that begins first. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  let done = '';
  let at = 0;
  for (const { start, end, text: added } of ordered) {
    if (start < at) continue;
    done += text.slice(at, start) + added;
    at = end;
  }
  return done + text.slice(at);
}

/** Takes a range out, and the line it stood on if nothing else stands there. */
export function removal(text: string, start: number, end: number): Edit {
  const before = text.slice(0, start).search(/\n[ ]*$/);
  const alone = before !== -1 && /^[ ]*(?:\n|$)/.test(text.slice(end));
  return { start: alone ? before : start, end, text: '' };
}
