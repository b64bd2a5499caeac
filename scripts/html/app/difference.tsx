/** One difference between two variants: what differs, the execution that shows it, how to replay it. */
import type { AlignedStep } from '../../../model/diff/align';
import type { ReportedWitness } from '../../../model/report/diff-document';
import type { Outcome } from '../../../model/scenario/outcome';
import type { Trace } from '../../../model/scenario/trace';
import { linkTo, type LivePlace } from './fragment';
import { outcomeRows } from './outcome-rows';
import { Timeline } from './timeline';
import { WHO } from './words';

interface Names {
  readonly a: string;
  readonly b: string;
}

export interface DifferenceProps {
  /** Where it is in the live model. */
  readonly at: LivePlace;
  readonly names: Names;
  readonly witness: ReportedWitness;
  /** The scenario's text, where the page has it. */
  readonly text: string | undefined;
  /** The command that writes the scenario where it is replayed from, if it is not there. */
  readonly saving?: string | undefined;
}

/** The traces of a witness in the order of the variants. */
function sides({ kind, trace, other, aligned }: ReportedWitness): {
  a: Trace;
  b: Trace;
  aligned: readonly AlignedStep[];
} {
  if (kind === 'lost') return { a: trace, b: other, aligned };
  return { a: other, b: trace, aligned: aligned.map(([i, j]) => [j, i] as const) };
}

export function Difference({ at, names, witness, text, saving }: DifferenceProps) {
  const { level, variant, schedule, replay } = witness;
  const { a, b, aligned } = sides(witness);
  return (
    <>
      <p>
        Seen by {WHO[level]} ({level} level): only <b>{variant}</b> can end as its column says.
      </p>
      <OutcomeTable a={a.outcome} b={b.outcome} names={names} />
      <h4>The interleaving that shows it</h4>
      <p>
        One schedule on both variants. Rows that span both columns are the same on both; elsewhere
        they part. The slider steps through, and the state beside it follows.
      </p>
      <Timeline a={a} b={b} aligned={aligned} names={names} text={text} />
      <p class="commands">
        To replay it: <code>{replay}</code>
        {saving !== undefined && (
          <>
            , after <code>{saving}</code>
          </>
        )}
        <br />
        <a href={linkTo({ ...at, a: names.a, b: names.b, schedule })}>Open it in the live model</a>
      </p>
    </>
  );
}

interface OutcomeTableProps {
  readonly a: Outcome;
  readonly b: Outcome;
  readonly names: Names;
}

/** What the two outcomes do not have in common, level by level. */
export function OutcomeTable({ a, b, names }: OutcomeTableProps) {
  return (
    <div class="scroll">
      <table class="outcomes">
        <thead>
          <tr>
            <th scope="col">at the end</th>
            <th scope="col">{names.a}</th>
            <th scope="col">{names.b}</th>
          </tr>
        </thead>
        {outcomeRows(a, b).map(({ level, rows }) => (
          <tbody key={level}>
            <tr class="section">
              <th scope="rowgroup" colSpan={3}>
                {level}
              </th>
            </tr>
            {rows.length === 0 && (
              <tr>
                <td colSpan={3}>the same</td>
              </tr>
            )}
            {rows.map((row) => (
              <tr key={row.path.join(' ')}>
                <th scope="row">{row.path.join(' ')}</th>
                <td>{row.own}</td>
                <td>{row.other}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
