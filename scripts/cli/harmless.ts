/** Control characters, halves of surrogate pairs and what is no character. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/** Spells out every control character, which input may carry to play with the terminal. */
export const spellOut = (text: string): string =>
  text.replace(CONTROL, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** The same of a text of several lines, which may have tabs in them; CSV ends its lines with both signs. */
export const harmless = (text: string): string => text.replace(/[^\r\n\t]+|\r(?!\n)/g, spellOut);

/** A value as indented JSON, with escapes for the control characters that JSON may hold as they are. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(/[^\n]+/g, (line) => line.replace(CONTROL, jsonEscape));

const jsonEscape = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
