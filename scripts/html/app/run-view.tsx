/** The view of `lzfree run`: whether the expectations hold, and every outcome of each scenario. */
import { printCompleteness } from '../../../model/diff/completeness';
import type {
  Met,
  ReportedExpectation,
  RunDocument,
  ScenarioRun,
} from '../../../model/report/run-document';
import { exploredText } from '../../views/explored-text';
import { administratorText, userText } from '../../views/outcome-text';
import type { ScenarioText } from '../page-data';
import { linkTo, type LivePlace } from './fragment';
import { Timeline } from './timeline';
import { count, sentence } from './words';

const MARKS: Readonly<Record<Met, string>> = { yes: '✓ holds', no: '✗ fails', unknown: '? open' };

interface RunViewProps {
  readonly run: RunDocument;
  readonly scenarios: readonly ScenarioText[];
}

export function RunView({ run, scenarios: texts }: RunViewProps) {
  const { variant, completeness, scenarios } = run;
  return (
    <section id="answer" aria-labelledby="answer-title">
      <h2 id="answer-title">The scenarios</h2>
      <p>
        On <b>{variant}</b>, explored: <b>{printCompleteness(completeness)}</b>.
      </p>
      {scenarios.map((scenario) => (
        <article key={scenario.name}>
          <h3>
            {scenario.name} <small class={`met ${scenario.met}`}>{MARKS[scenario.met]}</small>
          </h3>
          <p class="lead">{sentence(scenario.title)}</p>
          <OutcomeList scenario={scenario} variant={variant} />
          <Expectations
            expectations={scenario.expectations}
            variant={variant}
            text={texts.find(({ name }) => name === scenario.name)?.text}
          />
        </article>
      ))}
    </section>
  );
}

interface OutcomeListProps {
  readonly scenario: Pick<
    ScenarioRun,
    'name' | 'outcomes' | 'executions' | 'states' | 'completeness'
  >;
  readonly variant: string;
  /** Variant to show an execution beside; the same one without it. */
  readonly a?: string;
  /** Where it is in the live model, if not by its name. */
  readonly at?: LivePlace;
}

/** Every distinct outcome with the traces that end in it. */
export function OutcomeList({ scenario, variant, a = variant, at }: OutcomeListProps) {
  const { name, outcomes, completeness } = scenario;
  const place = at ?? { scenario: name };
  return (
    <div class="scroll">
      <table>
        <caption>
          {exploredText(scenario)}, {count(outcomes.length, 'outcome')} on {variant},{' '}
          {printCompleteness(completeness)}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              traces
            </th>
            <th scope="col">what a program sees</th>
            <th scope="col">what an administrator sees</th>
            <th scope="col">an execution</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map(({ outcome, traces, schedule }) => (
            <tr key={schedule}>
              <td class="number">{traces ?? 'not counted'}</td>
              <td>
                <code>{userText(outcome)}</code>
              </td>
              <td>
                {outcome.system.faults.map((fault) => (
                  <div key={fault} class="fault">
                    {fault}
                  </div>
                ))}
                {administratorText(outcome) && (
                  <div>
                    <code>{administratorText(outcome)}</code>
                  </div>
                )}
                free pages {outcome.system.freePages}, free slots {outcome.system.freeSwap}
              </td>
              <td>
                <a href={linkTo({ ...place, a, b: variant, schedule })}>show</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ExpectationsProps {
  readonly expectations: readonly ReportedExpectation[];
  readonly variant: string;
  readonly text: string | undefined;
}

/** What the scenario expects, and whether it is so. */
export function Expectations({ expectations, variant, text }: ExpectationsProps) {
  if (expectations.length === 0) return null;
  return (
    <>
      <ul class="expectations">
        {expectations.map(({ quantifier, condition, met, verdict, traces, tracesOfAll }) => (
          <li key={quantifier + condition}>
            <b class={`met ${met}`}>{MARKS[met]}</b>{' '}
            <code>
              {quantifier} {condition}
            </code>
            {met !== 'yes' &&
              ` (seen: ${verdict}${traces === null ? '' : `, ${traces} of ${count(tracesOfAll!, 'trace')}`})`}
          </li>
        ))}
      </ul>
      {expectations.map(({ quantifier, condition, counterexample }) =>
        counterexample === null ? null : (
          <section key={quantifier + condition}>
            <h4>
              An execution against <code>{`${quantifier} ${condition}`}</code>
            </h4>
            <SingleTimeline trace={counterexample.trace} variant={variant} text={text} />
            <p class="commands">
              To replay it: <code>{counterexample.replay}</code>
            </p>
          </section>
        ),
      )}
    </>
  );
}

interface SingleTimelineProps {
  readonly trace: NonNullable<ReportedExpectation['counterexample']>['trace'];
  readonly variant: string;
  readonly text: string | undefined;
}

/** One execution on one variant. */
export function SingleTimeline({ trace, variant, text }: SingleTimelineProps) {
  const aligned = trace.steps.map((_, index) => [index, null] as const);
  const names = { a: variant, b: '' };
  return <Timeline a={trace} b={null} aligned={aligned} names={names} text={text} />;
}
