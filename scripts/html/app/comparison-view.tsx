/** The view of two variants (`lzfree review`, `lzfree diff`): the answer, each difference, the scenarios. */
import { printCompleteness } from '../../../model/diff/completeness';
import { differs } from '../../../model/diff/compare';
import { parseVariant } from '../../../model/features/variant-name';
import { LEVELS } from '../../../model/scenario/outcome';
import type { ComparedScenario, VariantComparison } from '../../../model/report/diff-document';
import { mostTellingFirst } from '../../../model/report/most-telling';
import type { ScenarioText } from '../page-data';
import { Difference } from './difference';
import { Further } from './further';
import { HunkDiff } from './hunk-diff';
import { hunksBetween } from './patch-view';
import { ScenarioMatrix } from './scenario-matrix';
import { VerdictCell } from './verdict-cell';
import { count, sentence, WHO } from './words';

/** More than these are counted, not shown one by one. */
const MOST_SHOWN = 4;

interface Props {
  readonly comparison: VariantComparison;
  readonly scenarios: readonly ScenarioText[];
  /** Hunks of the input that are not known. */
  readonly unknown?: number;
}

export function ComparisonView({ comparison, scenarios: texts, unknown = 0 }: Props) {
  const { a, b, scenarios } = comparison;
  const textOf = (name: string) => texts.find((each) => each.name === name)?.text;
  const different = mostTellingFirst(scenarios);
  return (
    <>
      <section id="answer" aria-labelledby="answer-title">
        <h2 id="answer-title">The answer</h2>
        <LevelsTable comparison={comparison} />
        <Titles different={different} />
        <Completeness comparison={comparison} unknown={unknown} />
        <Changed a={a} b={b} />
      </section>
      <section id="differences" aria-labelledby="differences-title">
        <h2 id="differences-title">Where they differ</h2>
        {different.length === 0 && <p>In no scenario.</p>}
        {different.map(({ name, title, witness, further }) => (
          <article key={name}>
            <h3>{name}</h3>
            <p class="lead">{sentence(title)}</p>
            <Difference
              at={{ scenario: name }}
              names={{ a, b }}
              witness={witness!}
              text={textOf(name)}
            />
            <Further further={further} />
          </article>
        ))}
      </section>
      <section id="scenarios" aria-labelledby="scenarios-title">
        <h2 id="scenarios-title">Every scenario</h2>
        <p>
          What the two variants can do is compared at three levels. Traces are interleavings that
          differ in more than the order of unrelated steps: on {a} | on {b}.
        </p>
        <ScenarioMatrix rows={scenarios} names={{ a, b }} />
        <p class="commands">
          What each hunk is for in every scenario is a page of its own:{' '}
          <code>lzfree matrix --html matrix</code>. So is which hunks decide what happens in one:{' '}
          <code>lzfree classes {different[0]?.name ?? scenarios[0]?.name} --html classes</code>.
        </p>
      </section>
    </>
  );
}

/** What each difference is, in a sentence. */
function Titles({ different }: { readonly different: readonly ComparedScenario[] }) {
  if (different.length > MOST_SHOWN) return null;
  return (
    <>
      {different.map(({ name, title }) => (
        <p key={name} class="lead">
          {sentence(title)}
        </p>
      ))}
    </>
  );
}

function LevelsTable({ comparison: { scenarios } }: Pick<Props, 'comparison'>) {
  return (
    <table class="levels">
      <thead>
        <tr>
          <th scope="col">level</th>
          <th scope="col">who can see it</th>
          <th scope="col">differ</th>
          <th scope="col">verdict</th>
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((level) => {
          const verdicts = scenarios.map(({ levels }) => levels[level].verdict);
          const found = verdicts.filter(differs);
          const kinds = [...new Set(found)];
          const unknown = verdicts.includes('unknown');
          const verdict =
            kinds.length > 1 ? 'changed' : (kinds[0] ?? (unknown ? 'unknown' : 'equal'));
          return (
            <tr key={level}>
              <th scope="row">{level}</th>
              <td>{WHO[level]}</td>
              <td>
                {found.length} of {count(scenarios.length, 'scenario')}
              </td>
              <VerdictCell verdict={verdict} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Completeness({ comparison, unknown }: Required<Omit<Props, 'scenarios'>>) {
  const { a, b, scenarios, completeness } = comparison;
  const byStates = scenarios.some(({ executions }) => executions === null);
  const explored = (side: 'a' | 'b'): string =>
    count(
      scenarios.reduce((sum, { executions, states }) => sum + (executions ?? states!)[side], 0),
      byStates ? 'state' : 'trace',
    );
  return (
    <p>
      Explored: <b>{printCompleteness(completeness)}</b>. {explored('a')} on {a}, {explored('b')} on{' '}
      {b}
      {!byStates && ', one execution each'}. Within the {scenarios.length} scenarios and the model:
      memory is sequentially consistent, so missing barriers are out of reach.
      {unknown > 0 && ` ${count(unknown, 'hunk')} of the input are not known and were left out.`}
    </p>
  );
}

/** The text of what makes one variant of the other. */
function Changed({ a, b }: { readonly a: string; readonly b: string }) {
  const [ofA, ofB] = [a, b].map((name) => new Set(parseVariant(name).switches()));
  const hunks = hunksBetween(ofA!, ofB!);
  if (hunks.length > MOST_SHOWN) return <p>{count(hunks.length, 'hunk')} make the difference.</p>;
  return (
    <>
      <h3>
        What makes {b} of {a}
      </h3>
      {hunks.map(({ id, file, description, text }) => (
        <div key={id}>
          <p>{description}</p>
          {text !== undefined && <HunkDiff file={file} header={text.header} lines={text.lines} />}
        </div>
      ))}
    </>
  );
}
