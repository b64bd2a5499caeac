/** What the live model found: the comparison, the outcomes, and one execution or the difference. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ComparedScenario } from '../../../model/report/diff-document';
import type { Shown, ShownExecution } from '../live/compute';
import { Difference } from './difference';
import { Expectations, OutcomeList, SingleTimeline } from './run-view';
import { ScenarioMatrix } from './scenario-matrix';
import { Timeline } from './timeline';
import type { Answered, Live, Request } from './use-live';
import { sentence } from './words';

/** The answer; while a newer one is computed, the one before it. */
export function Answer({ live }: { readonly live: Live }) {
  const { answer } = live;
  const answered =
    answer.kind === 'result' ? answer.answered : answer.kind === 'running' ? answer.before : null;
  if (answered === null) return null;
  return (
    <div class={answer.kind === 'running' ? 'stale' : ''} aria-busy={answer.kind === 'running'}>
      <Result live={live} answered={answered} />
    </div>
  );
}

interface ResultProps {
  readonly live: Live;
  readonly answered: Answered;
}

function Result({ live, answered: { request, result } }: ResultProps) {
  const { comparison, run, shown } = result;
  const { a, b, text, at } = request;
  return (
    <>
      <p class="lead">{sentence(result.title)}</p>
      {a !== b && <ScenarioMatrix rows={[comparison]} names={{ a, b }} at={at} />}
      <OutcomeList scenario={run} variant={b} a={a} at={at} />
      <Expectations expectations={run.expectations} variant={b} text={text} />
      {shown !== null ? (
        <Chosen shown={shown} request={request}>
          <button type="button" onClick={() => live.show(null)}>
            {wayBack(shown, comparison.witness !== null)}
          </button>
        </Chosen>
      ) : (
        <Compared request={request} comparison={comparison} />
      )}
    </>
  );
}

/** What the two variants differ in. */
function Compared({ request, comparison }: { request: Request; comparison: ComparedScenario }) {
  const { a, b, text, at } = request;
  const { witness, completeness } = comparison;
  if (a === b) return <p>Choose another variant to hold it against, to see where they differ.</p>;
  if (witness === null)
    return (
      <p>
        {completeness.kind === 'complete'
          ? 'No difference: the two can do the same.'
          : 'No difference was seen, but not everything was explored.'}
      </p>
    );
  return (
    <>
      <h3>The difference</h3>
      <Difference at={at} names={{ a, b }} witness={witness} text={text} />
    </>
  );
}

/** Named for what is there without the schedule. */
function wayBack(shown: Shown, isDifferent: boolean): string {
  if (shown.kind === 'misfit') return 'leave the schedule out';
  return isDifferent ? 'back to the difference' : 'close the execution';
}

interface ChosenProps {
  readonly shown: Shown;
  readonly request: Request;
  readonly children: ComponentChildren;
}

/** The execution that was asked for. It may stand far below what was clicked, so that it is gone to. */
function Chosen({ shown, request, children }: ChosenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.scrollIntoView(), [shown]);
  return (
    <>
      <h3 ref={heading}>The chosen execution</h3>
      <p>{children}</p>
      {shown.kind === 'misfit' ? (
        <div class="error" role="alert">
          <b>This schedule cannot be followed</b>, so nothing is shown:
          <ul>
            {shown.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ) : (
        <Execution shown={shown} request={request} />
      )}
    </>
  );
}

function Execution({ shown, request }: { shown: ShownExecution; request: Request }) {
  const { a, b, text } = request;
  if (a === b) return <SingleTimeline trace={shown.b} variant={b} text={text} />;
  return (
    <>
      {shown.misfit !== null && (
        <p>
          One schedule on both: {shown.misfit}; such steps are left out there, and in the end the
          threads go in order.
        </p>
      )}
      <Timeline {...shown} names={{ a, b }} text={text} />
    </>
  );
}
