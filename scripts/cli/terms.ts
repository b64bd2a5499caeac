import { readFileSync } from 'node:fs';
import { packagePath } from './package-root';

/** A word with a fixed meaning in lzfree's output. */
export interface Term {
  readonly name: string;
  /** Paragraphs parted by blank lines; examples are indented. */
  readonly text: string;
}

/** The terms of docs/terms.md in its order: each second-level heading and the text under it. */
export function readTerms(): Term[] {
  const [, ...sections] = readFileSync(packagePath('docs', 'terms.md'), 'utf8').split(/^## /m);
  return sections.map((section) => {
    const [name, ...lines] = section.split('\n');
    return { name: name.trim(), text: plain(lines.join('\n')).trim() };
  });
}

/** One word to ask for a term by: `lazyfree` for `lazyfree tag`. */
export const wordOfTerm = ({ name }: Term): string => name.split(' ')[0]!;

/** The term of that name, or whose name begins with that word; capitals do not matter. */
export function findTerm(terms: readonly Term[], typed: string): Term | undefined {
  const same = (name: string): boolean => name.toLowerCase() === typed.toLowerCase();
  return terms.find(({ name }) => same(name)) ?? terms.find((term) => same(wordOfTerm(term)));
}

/** Markdown as a terminal shows it: without back quotes and emphasis; links keep their text. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\*\*?([^*\n]+)\*\*?/g, '$1');
}
