/** The views of a search: who can see the difference, its kinds, and what was searched. */
import {
  UNSAVED,
  type ReportedKind,
  type SearchDocument,
} from '../../../model/report/search-document';
import { LEVELS } from '../../../model/scenario/outcome';
import { grouped } from '../../views/grouped';
import { searchedText } from '../../views/searched-text';
import { Difference } from './difference';
import { count, sentence, WHO } from './words';

/** The whole page of `lzfree diff A B --search`. */
export function SearchView({ search, command }: SearchProps & { readonly command: string }) {
  const { a, b, kinds } = search;
  return (
    <>
      <section id="answer" aria-labelledby="answer-title">
        <h2 id="answer-title">The answer</h2>
        <LevelsTable search={search} />
        <LookedAt search={search} />
      </section>
      <section id="differences" aria-labelledby="differences-title">
        <h2 id="differences-title">The kinds of difference</h2>
        {kinds.length === 0 && <p>None was found.</p>}
        {kinds.map((kind, index) => (
          <Kind
            key={index}
            kind={kind}
            number={index + 1}
            names={{ a, b }}
            command={isSearch(command) ? command : searchCommand(search)}
          />
        ))}
      </section>
      <section id="searched" aria-labelledby="searched-title">
        <h2 id="searched-title">What was searched</h2>
        <Sizes search={search} />
        <Language search={search} />
      </section>
    </>
  );
}

/** A page may be served from a document alone, by a command that made nothing of it. */
const isSearch = (command: string): boolean => command.startsWith('lzfree diff ');

const searchCommand = ({ a, b, bound }: SearchDocument): string =>
  `lzfree diff ${a} ${b} --search --size ${bound.size}`;

/** More are counted only, where they are a part of a page. */
const MOST_SHOWN = 8;

/** The part of a page of `lzfree review`. What differs is closed, as the suite often shows it already. */
export function SearchedPrograms({ search }: SearchProps) {
  const { a, b, kinds } = search;
  return (
    <section id="searched" aria-labelledby="searched-title">
      <h2 id="searched-title">All small programs</h2>
      <LevelsTable search={search} />
      <LookedAt search={search} />
      {kinds.slice(0, MOST_SHOWN).map((kind, index) => (
        <details key={index}>
          <summary>
            {index + 1}. {kind.level} level, only {kind.direction === 'gained' ? b : a}:{' '}
            {kind.title}
          </summary>
          <Kind kind={kind} number={index + 1} names={{ a, b }} command={searchCommand(search)} />
        </details>
      ))}
      {kinds.length > MOST_SHOWN && (
        <p class="commands">
          {count(kinds.length - MOST_SHOWN, 'kind')} more have a page of their own:{' '}
          <code>
            lzfree diff {a} {b} --search --html search
          </code>
        </p>
      )}
      <details>
        <summary>What was searched</summary>
        <Sizes search={search} />
        <Language search={search} />
      </details>
    </section>
  );
}

function LookedAt({ search }: SearchProps) {
  return (
    <p>
      Looked at: every program of the language below of up to{' '}
      {count(search.bound.size, 'operation')}, on both variants, by every interleaving:{' '}
      <b>{searchedText(search)}</b>.
    </p>
  );
}

interface SearchProps {
  readonly search: SearchDocument;
}

function LevelsTable({ search: { levels } }: SearchProps) {
  return (
    <table class="levels">
      <thead>
        <tr>
          <th scope="col">level</th>
          <th scope="col">who can see it</th>
          <th scope="col">in programs of</th>
          <th scope="col">in none of up to</th>
        </tr>
      </thead>
      <tbody>
        {LEVELS.map((level) => {
          const { differsFrom, equalUpTo } = levels[level];
          return (
            <tr key={level}>
              <th scope="row">{level}</th>
              <td>{WHO[level]}</td>
              <td>{differsFrom === null ? '–' : `${count(differsFrom, 'operation')} and more`}</td>
              <td>{count(equalUpTo, 'operation')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface KindProps {
  readonly kind: ReportedKind;
  readonly number: number;
  readonly names: { readonly a: string; readonly b: string };
  /** The command that finds it. */
  readonly command: string;
}

function Kind({ kind, number, names, command }: KindProps) {
  const { level, direction, paths, programs, size, name, title, scenario, witness } = kind;
  const isSaved = !witness.replay.includes(` ${UNSAVED}/`);
  const doer = direction === 'gained' ? names.b : names.a;
  return (
    <article>
      <h3>
        {number}. {level} level, only {doer}: {paths.join(', ')}
      </h3>
      <p>
        In {count(programs, 'program')}; the smallest has {count(size, 'operation')}.
        {!witness.shortest && ' There may be a schedule with fewer context switches.'}
      </p>
      <p class="lead">{sentence(title)}</p>
      <details class="smallest">
        <summary>The smallest program</summary>
        <pre class="program" tabIndex={0} aria-label={`Program ${name}`}>
          {scenario}
        </pre>
      </details>
      <Difference
        at={{ scenario: name }}
        names={names}
        witness={witness}
        text={scenario}
        saving={isSaved ? undefined : `${command} --save ${UNSAVED}`}
      />
    </article>
  );
}

function Sizes({ search: { sizes, bound, incomplete } }: SearchProps) {
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Programs by size, to scroll">
        <table>
          <thead>
            <tr>
              {['operations', 'programs', 'cannot differ', 'explored', 'never reach it'].map(
                (title) => (
                  <th key={title} scope="col" class="number">
                    {title}
                  </th>
                ),
              )}
              <th scope="col" class="number">
                by states
              </th>
              <th scope="col" class="number">
                incomplete
              </th>
              <th scope="col" class="number">
                executions
              </th>
            </tr>
          </thead>
          <tbody>
            {sizes.map((row) => (
              <tr key={row.size}>
                <th scope="row" class="number">
                  {row.size}
                </th>
                <td class="number">{grouped(row.all)}</td>
                <td class="number">{grouped(row.all - row.programs)}</td>
                <td class="number">
                  {grouped(row.done)} of {grouped(row.programs)}
                </td>
                <td class="number">{grouped(row.unreached)}</td>
                <td class="number">{grouped(row.byStates)}</td>
                <td class="number">{grouped(row.incomplete)}</td>
                <td class="number">{grouped(row.executions)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {bound.needs !== null && (
        <p>
          Programs without <code>{bound.needs.operation}</code> cannot differ and were not run:{' '}
          {bound.needs.reason}.
        </p>
      )}
      <p>
        Never reach it: no execution reads a switch in which the variants differ. By states:
        explored so, for all outcomes, as there are more than {grouped(bound.executions)} executions
        on a variant. Incomplete: more than {grouped(bound.states)} states, too, or an execution of
        more than {grouped(bound.steps)} steps.
      </p>
      {incomplete.length > 0 && (
        <details>
          <summary>{count(incomplete.length, 'incomplete program')}</summary>
          <ul>
            {incomplete.map((title) => (
              <li key={title}>
                <code>{title}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Language({ search: { bound } }: SearchProps) {
  const { operations, threads, beginnings } = bound;
  return (
    <>
      <dl>
        <dt>threads</dt>
        <dd>up to {threads}</dd>
        <dt>of a process</dt>
        <dd>{operations.process.join(', ')}</dd>
        <dt>of the kernel</dt>
        <dd>{operations.kernel.join(', ')}</dd>
      </dl>
      <div class="scroll" tabIndex={0} role="region" aria-label="Beginnings, to scroll">
        <table>
          <caption>What page a is at the beginning</caption>
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">state</th>
              <th scope="col" class="number">
                pages
              </th>
              <th scope="col" class="number">
                processes
              </th>
            </tr>
          </thead>
          <tbody>
            {beginnings.map(({ name, state, pages, processes }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{state}</td>
                <td class="number">{pages}</td>
                <td class="number">{processes}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
