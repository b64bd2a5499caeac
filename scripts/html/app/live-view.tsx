/** The live model: flip hunks, edit the scenario, and see what can happen. */
import { useId } from 'preact/hooks';
import { HUNKS } from '../../../model/features/hunk-table';
import { parseVariant } from '../../../model/features/variant-name';
import type { ReportedSwitch } from '../../hunk-report';
import type { ScenarioText } from '../page-data';
import { Editor } from './editor';
import { Answer } from './live-answer';
import { SwitchBox } from './switch-box';
import { count } from './words';
import { takeOut, VARIANTS, type Live } from './use-live';

export interface LiveViewProps {
  readonly live: Live;
  readonly scenarios: readonly ScenarioText[];
  readonly switches: readonly ReportedSwitch[];
}

export function LiveView({ live, scenarios, switches }: LiveViewProps) {
  const { answer } = live;
  return (
    <section id="live" aria-labelledby="live-title">
      <h2 id="live-title">The live model</h2>
      <p>
        The model runs in this page. Flip a hunk or edit the scenario: every interleaving is
        explored again. The address of the page leads back to what is shown.
      </p>
      <noscript>
        <p>This needs scripts; the rest of the page does not.</p>
      </noscript>
      <div class="live-grid">
        <form class="live-form" onSubmit={(e) => e.preventDefault()}>
          <Choices live={live} scenarios={scenarios} />
          <Switches live={live} switches={switches} />
          <Editor
            text={live.text}
            error={answer.kind === 'error' ? answer.error : null}
            disabled={!live.board.alive}
            onEdit={live.edit}
          />
        </form>
        <div class="live-answer">
          <Answer live={live} />
        </div>
      </div>
      <div class="live-state">
        <Unknown live={live} />
        <Missing live={live} />
        <Status live={live} />
      </div>
    </section>
  );
}

function Choices({ live, scenarios }: Omit<LiveViewProps, 'switches'>) {
  const [scenario, against, variant] = [useId(), useId(), useId()];
  const named = VARIANTS.find((name) => name === live.b);
  const disabled = !live.board.alive;
  return (
    <div class="choices">
      <label for={scenario}>Scenario</label>
      <select
        id={scenario}
        value={live.name}
        disabled={disabled}
        onChange={(e) => live.choose(e.currentTarget.value)}
      >
        {live.ownTexts.map((name) => (
          <option key={name}>{name}</option>
        ))}
        {scenarios.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <label for={variant}>Variant</label>
      <select
        id={variant}
        value={named ?? ''}
        disabled={disabled}
        onChange={(e) => live.setVariant(parseVariant(e.currentTarget.value))}
      >
        {named === undefined && <option value="">by its switches</option>}
        {VARIANTS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label for={against}>held against</label>
      <select
        id={against}
        value={live.a}
        disabled={disabled}
        onChange={(e) => live.holdAgainst(e.currentTarget.value)}
      >
        {!VARIANTS.some((name) => name === live.a) && <option>{live.a}</option>}
        {VARIANTS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

function Switches({ live, switches }: Omit<LiveViewProps, 'scenarios'>) {
  const patches = [...new Set(HUNKS.map(({ patch }) => patch))];
  return (
    <fieldset class="switches">
      <legend>Hunks</legend>
      {patches.map((patch) => {
        const own = switches.filter((each) => each.patch === patch);
        const on = own.filter(({ id }) => live.board.variant.has(id)).length;
        return (
          <details key={patch} open={patch === 'fixup'}>
            <summary>
              {patch}: {on} of {own.length} in
            </summary>
            {own.map(({ id, effect }) => (
              <div key={id}>
                <SwitchBox id={id} board={live.board} />
                {effect === 'none' && <small class="muted"> no effect</small>}
              </div>
            ))}
          </details>
        );
      })}
    </fieldset>
  );
}

/** What an address asks for and there is not: something else is shown only when it is asked for. */
function Unknown({ live }: { readonly live: Live }) {
  const { unknown, name, a, b } = live;
  if (unknown.length === 0) return null;
  return (
    <div class="error" role="alert">
      <p>
        <b>The address asks for what there is not</b>, so nothing is run:
      </p>
      <ul>
        {unknown.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <button type="button" onClick={() => live.show(null)}>
        explore {name} on {b}
        {a !== b && `, held against ${a}`}
      </button>
    </div>
  );
}

/** Why a combination is none, and the two ways out. */
function Missing({ live }: { readonly live: Live }) {
  const { board, missing } = live;
  if (missing.length === 0) return null;
  return (
    <div class="error" role="alert">
      <p>
        <b>C would not compile this combination</b>, so nothing is run:
      </p>
      <ul>
        {missing.map(({ need, text }) => (
          <li key={text}>
            {text}
            <br />
            <button type="button" onClick={() => live.setVariant(board.variant.plus([need.from]))}>
              add what is needed
            </button>{' '}
            <button type="button" onClick={() => live.setVariant(takeOut(board.variant, need.id))}>
              take out what needs it
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Status({ live: { answer, a, b, name } }: { readonly live: Live }) {
  const what = `${name} on ${b}${a === b ? '' : `, held against ${a}`}`;
  return (
    <p role="status" class="status">
      {answer.kind === 'running' &&
        `exploring ${what}: ${count(answer.executions, 'execution')} so far`}
      {answer.kind === 'result' && `explored ${what}`}
      {answer.kind === 'error' && `not explored: ${answer.error.message}`}
    </p>
  );
}
