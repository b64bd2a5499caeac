/** Tables that a command makes, in pages that are written by hand. */

/** Puts a table where the marks of its name are. */
export function withTable(text: string, name: string, table: string): string {
  const [from, to] = [`<!-- table ${name} -->\n`, `<!-- end of table ${name} -->`];
  const [start, end] = [text.indexOf(from), text.indexOf(to)];
  if (start < 0 || end < 0) throw new Error(`no marks of a table for '${name}'`);
  return `${text.slice(0, start + from.length)}\n${table}\n\n${text.slice(end)}`;
}
