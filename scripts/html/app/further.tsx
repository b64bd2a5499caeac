/** The outcomes of a scenario that its witness does not show, each with the command that does. */
import type { ComparedScenario } from '../../../model/report/diff-document';
import { differenceText } from '../../../model/report/differences';

export function Further({ further }: Pick<ComparedScenario, 'further'>) {
  if (further.length === 0) return null;
  return (
    <details>
      <summary>Other outcomes that only one of the two has ({further.length})</summary>
      <ul>
        {further.map(({ variant, otherVariant, differences, schedule, replay }) => (
          <li key={`${variant} ${schedule}`}>
            Only <b>{variant}</b>:{' '}
            {differences.map((difference) => differenceText(difference, otherVariant)).join(', ')}
            <br />
            <code>{replay}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
