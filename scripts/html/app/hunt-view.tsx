/** The view of `lzfree hunt`: each fault with the smallest program that shows it. */
import type { Finding, HuntDocument, Way } from '../../hunt-document';
import { linkTo } from './fragment';
import { SingleTimeline } from './run-view';
import { count } from './words';

const HOW: Readonly<Record<Way['how'], string>> = {
  complete: 'every interleaving was explored',
  bounded: 'not every interleaving was explored',
  interrupted: 'not every interleaving was explored',
  sampled: 'some interleavings were run',
};

export function HuntView({ hunt }: { readonly hunt: HuntDocument }) {
  const { findings, sizes, random, variant, interrupted } = hunt;
  return (
    <section id="answer" aria-labelledby="answer-title">
      <h2 id="answer-title">What was found</h2>
      <ul>
        {sizes.map(({ size, done, programs }) => (
          <li key={size}>
            {done} of {count(programs, 'program')} of {count(size, 'move')}
          </li>
        ))}
        {random.done > 0 && <li>{count(random.done, 'random program')}</li>}
        {interrupted && <li>stopped before its end</li>}
      </ul>
      {findings.map((finding) => (
        <FindingView key={finding.smallest.name} finding={finding} variant={variant} />
      ))}
    </section>
  );
}

function FindingView({ finding, variant }: { finding: Finding; variant: string }) {
  const { promise, states, detail, base, variants, smallest, others, trace, removals } = finding;
  return (
    <article>
      <h3>
        {promise}: {detail}
      </h3>
      <p class="lead">{states}</p>
      <p>
        <b class={base ? 'met unknown' : 'met no'}>
          {base ? "? base has it too: not the patch's" : '✗ base has it not'}
        </b>
        {!base && `; seen on ${variants.join(', ')}`}
      </p>
      {removals.length > 0 && (
        <p>Goes away without {removals.map((hunks) => hunks.join(' and ')).join('; or ')}.</p>
      )}
      <ul>
        {[smallest, ...others].map((way) => (
          <li key={way.name}>
            <code>{way.program}</code> ({HOW[way.how]}).{' '}
            <a
              href={linkTo({
                scenario: way.name,
                a: 'base',
                b: variant,
                schedule: way.schedule,
              })}
            >
              Open it in the live model
            </a>
          </li>
        ))}
      </ul>
      <h4>The smallest program, by a schedule that shows it</h4>
      <SingleTimeline trace={trace} variant={variant} text={smallest.scenario} />
    </article>
  );
}
