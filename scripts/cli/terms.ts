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

/** Markdown as a terminal shows it: without back quotes and emphasis; links keep their text. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/\*\*?([^*\n]+)\*\*?/g, '$1');
}
