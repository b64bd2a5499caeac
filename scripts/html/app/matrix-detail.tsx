/** What stands behind one cell of the matrix. */
import type { MatrixRow, ShownDifference } from '../../../model/matrix/row';
import type { Purpose } from '../../../model/matrix/purpose';
import { linkTo } from './fragment';
import { EXPECTATIONS, MEANING, variantWords, type ShownColumn } from './matrix-words';
import { count, sentence } from './words';

export interface MatrixDetailProps {
  readonly row: MatrixRow;
  readonly shown: ShownColumn;
  /** What the hunk is for; undefined for a variant with a name. */
  readonly purpose: Purpose | undefined;
}

export function MatrixDetail({ row, shown, purpose }: MatrixDetailProps) {
  const { name, title, cells, differences } = row;
  const cell = cells[shown.index]!;
  const { variant } = shown.column;
  const difference = cell.shown === null ? undefined : differences[cell.shown];
  const judged = shown.column.kind === 'named' ? variant : 'fixed';
  return (
    <div class="matrix-detail">
      <p>
        <b>{name}</b> on <b>{variantWords(shown)}</b>: {MEANING[cell.differsAt]}.
      </p>
      <p>{sentence(title)}</p>
      <p>
        The scenario's expectations of {judged} {EXPECTATIONS[cell.expectations]}.
      </p>
      {difference !== undefined && <DifferenceTable difference={difference} />}
      {purpose !== undefined && (
        <p>
          The hunk in the whole matrix: {purpose.sentence}{' '}
          <a href={`#purpose-${shown.letter}`}>All its scenarios</a>
        </p>
      )}
      <p class="commands">
        <a
          href={linkTo({ scenario: name, a: 'fixed', b: variant, schedule: difference?.schedule })}
        >
          Every outcome, in the live model
        </a>{' '}
        or with <code>{`lzfree diff fixed ${variant} ${name}`}</code>
      </p>
    </div>
  );
}

/** What one execution ends in on both. */
function DifferenceTable({ difference }: { readonly difference: ShownDifference }) {
  const { kind, level, differences, traces } = difference;
  const gained = kind === 'gained';
  return (
    <div class="scroll">
      <table class="outcomes">
        <caption>
          {`Only ${gained ? 'this variant' : 'fixed'} can end so (${count(traces, 'trace')}); ${level} level`}
        </caption>
        <thead>
          <tr>
            <th scope="col">at the end</th>
            <th scope="col">fixed</th>
            <th scope="col">this variant</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ path, own, other }) => (
            <tr key={path.join(' ')}>
              <th scope="row">{path.join(' ')}</th>
              <td>{gained ? other : own}</td>
              <td>{gained ? own : other}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
