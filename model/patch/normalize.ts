/**
 * A line of C without what an archive loses: white space at its ends and the width of white space inside.
 */
export function normalizeSpace(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
