/** The view of `lzfree classes`: for each scenario a tree of hunks, and what its leaves do. */
import { useState } from 'preact/hooks';
import { printCompleteness } from '../../../model/diff/completeness';
import type { ClassesDocument } from '../../../model/report/classes-document';
import type { ClassLeaf, ScenarioClasses } from '../../../model/report/scenario-classes';
import { grouped } from '../../views/grouped';
import { sightLines } from '../../views/sight-lines';
import { asksFor, DecisionList } from './decision-list';
import { linkTo } from './fragment';
import { TextFilter } from './text-filter';
import { count, sentence } from './words';

/** Trees of more scenarios begin closed. */
const MOST_OPEN = 3;

export function ClassesView({ classes }: { readonly classes: ClassesDocument }) {
  const [typed, setText] = useState('');
  const text = typed.trim();
  const { scenarios, left, view } = classes;
  const shown = text === '' ? scenarios : scenarios.filter(({ tree }) => asksFor(tree, text));
  return (
    <section id="classes" aria-labelledby="classes-title">
      <h2 id="classes-title">What decides what happens</h2>
      <p>
        Of all sets of hunks that C would compile, each tree asks for one hunk after the other until
        it is settled what can happen in the scenario
        {view === 'all' ? '.' : `, as far as the ${view} level shows it.`} Read a list from its top:
        the first line that is so decides.
      </p>
      <form class="filters" onSubmit={(e) => e.preventDefault()}>
        <TextFilter
          label="Trees that ask for"
          example="try_to_unmap_one"
          text={typed}
          setText={setText}
        />
      </form>
      <p role="status">
        {shown.length} of {count(scenarios.length, 'scenario')}
      </p>
      {shown.map((scenario) => (
        <ScenarioTree
          key={scenario.name}
          scenario={scenario}
          view={view}
          text={text}
          open={text !== '' || scenarios.length <= MOST_OPEN}
        />
      ))}
      {left.length > 0 && <p>An interruption left out: {left.join(', ')}.</p>}
    </section>
  );
}

interface ScenarioTreeProps {
  readonly scenario: ScenarioClasses;
  readonly view: ClassesDocument['view'];
  readonly text: string;
  readonly open: boolean;
}

function ScenarioTree({ scenario, view, text, open }: ScenarioTreeProps) {
  const { name, title, behaviours, classes, seen, tree, completeness } = scenario;
  const leaf = (each: ClassLeaf) => (
    <Leaf leaf={each} scenario={name}>
      {view === 'user' &&
        classes[each.class]!.outcomes.map(({ seen: which }) => (
          <code key={which}>{sightLines(seen[which], view).join(' ')}</code>
        ))}
    </Leaf>
  );
  return (
    <article class="classes">
      <h3>{name}</h3>
      <p class="lead">{sentence(title)}</p>
      <p>
        User level {grouped(behaviours.user)}, system {grouped(behaviours.system)}, internal{' '}
        {grouped(behaviours.internal)}, together {count(behaviours.all, 'behaviour')};{' '}
        {printCompleteness(completeness)}.
      </p>
      <details open={open}>
        <summary>What decides among {classesOf(classes.length)}</summary>
        <DecisionList tree={tree} text={text} leaf={leaf} />
        <h4>What they do</h4>
        <dl class="outcome-classes">
          {classes.map(({ variants, named, outcomes }, index) => (
            <div key={index} id={classId(name, index)}>
              <dt>
                <b>{index + 1}</b>
              </dt>
              <dd>
                {grouped(variants)} variants{named.length > 0 && `, with ${named.join(', ')}`}
                <ul>
                  {outcomes.map(({ seen: which, traces: { least, most } }) => (
                    <li key={which}>
                      {least === most ? `${most}` : `${least} to ${most}`} ×{' '}
                      {sightLines(seen[which], view).map((line) => (
                        <code key={line}>{line} </code>
                      ))}
                    </li>
                  ))}
                </ul>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </article>
  );
}

const classesOf = (n: number): string => (n === 1 ? '1 class' : `${n} classes`);

const classId = (scenario: string, index: number): string => `class-${scenario}-${index + 1}`;

interface LeafProps {
  readonly leaf: ClassLeaf;
  readonly scenario: string;
  /** What can be seen at the end, where that is short. */
  readonly children: preact.ComponentChildren;
}

function Leaf({ leaf, scenario, children }: LeafProps) {
  const { class: index, variants, named, example } = leaf;
  return (
    <div class="leaf">
      → <a href={`#${classId(scenario, index)}`}>class {index + 1}</a>, {grouped(variants)} variants
      {named.length > 0 && (
        <>
          , with <b>{named.join(', ')}</b>
        </>
      )}{' '}
      (<a href={linkTo({ scenario, a: 'fixed', b: example })}>run {named[0] ?? 'one'}</a>){' '}
      {children}
    </div>
  );
}
