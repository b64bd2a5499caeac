import type { HunkLine } from '../../../model/patch/types';

/** The text of a hunk, as far as it is known. */
export interface HunkDiffProps {
  readonly file: string;
  readonly header: string;
  readonly lines: readonly HunkLine[];
}

const MARKS = { context: ' ', added: '+', removed: '-' } as const;

export function HunkDiff({ file, header, lines }: HunkDiffProps) {
  return (
    <pre class="diff" tabIndex={0} aria-label={`Hunk in ${file}`}>
      <span class="head">{`${file} @@ ${header}\n`}</span>
      {lines.map(({ op, text, quoted }, index) => (
        <span key={index} class={op}>
          {text === null
            ? `${MARKS[op]} (a line that the mail does not have)`
            : `${MARKS[op]}${text}${quoted ? '' : '   (recovered)'}`}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
