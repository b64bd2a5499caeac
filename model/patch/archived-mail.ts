import type { Mail } from './mail';
import { splitLines } from './source-text';

const FIELD = /^(From|Date): (.+)$/;

/**
 * Reads a mail as web archives show it: the subject on the first line without its field name, From and Date
 * below it, and the body right after them. Undefined if the text does not begin so.
 */
export function readArchivedMail(text: string): Mail | undefined {
  const lines = splitLines(text);
  const [first, second, third] = lines.map((line) => line.text.trimEnd());
  const from = FIELD.exec(second ?? '');
  const date = FIELD.exec(third ?? '');
  const isField = /^(?:Subject|From|Date|To|Cc|Message-I[Dd]|Received|Return-Path|X-[\w-]+): /;
  if (first === undefined || first === '' || isField.test(first)) return undefined;
  if (from?.[1] !== 'From' || date?.[1] !== 'Date') return undefined;
  return {
    subject: first.trim(),
    from: from[2],
    date: date[2],
    fields: new Map(),
    texts: [lines.slice(3)],
  };
}
