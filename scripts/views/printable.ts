/** Control characters, halves of surrogate pairs and what is no character. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/**
 * A line of somebody's file as a terminal may show it: tabs are blanks, and other control characters, which
 * could play with the terminal, are spelled out.
 */
export function printable(line: string): string {
  return line
    .replaceAll('\t', '        ')
    .replace(CONTROL, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
