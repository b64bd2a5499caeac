/** An execution to step through: a lane for each CPU, two variants beside each other, and the state. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { StatePanel } from './state-panel';
import { partingRow, sideStates, timelineRows, type Executions, type Row } from './timeline-rows';

export interface TimelineProps extends Executions {
  readonly names: { readonly a: string; readonly b: string };
  /** The scenario's text, to show which operation a step belongs to. */
  readonly text?: string | undefined;
}

export function Timeline({ a, b, aligned, names, text }: TimelineProps) {
  const [all, setAll] = useState(false);
  const rows = useMemo(() => timelineRows({ a, b, aligned }, all), [a, b, aligned, all]);
  const parting = b === null ? rows.length : partingRow(rows) + 1;
  const [wanted, setStep] = useState(parting);
  const step = Math.min(wanted, rows.length);
  const statesA = useMemo(() => sideStates(a, rows, 'a'), [a, rows]);
  const statesB = useMemo(() => (b === null ? null : sideStates(b, rows, 'b')), [b, rows]);
  const threads = useMemo(() => [...new Set(rows.map(({ thread }) => thread))].sort(), [rows]);
  const lane = (thread: number): string => laneName(a.threads, thread);
  return (
    <div class="timeline">
      <Controls
        step={step}
        rows={rows}
        lane={lane}
        parting={b === null ? null : parting}
        onStep={setStep}
      >
        <label class="check">
          <input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />
          show reads too
        </label>
      </Controls>
      {text !== undefined && <ScenarioLines text={text} line={rows[step - 1]?.line} />}
      <div class="timeline-body">
        <Steps
          rows={rows}
          threads={threads}
          lane={lane}
          names={b === null ? null : names}
          step={step}
          onStep={setStep}
        />
        <StatePanel
          step={step}
          names={names}
          a={statesA[step]!}
          b={statesB === null ? null : statesB[step]!}
        />
      </div>
    </div>
  );
}

interface ScenarioLinesProps {
  readonly text: string;
  /** Of the operation that the step belongs to. */
  readonly line: number | undefined;
}

function ScenarioLines({ text, line }: ScenarioLinesProps) {
  const lines = text.trimEnd().split('\n');
  return (
    <details class="scenario">
      <summary>
        The scenario
        {line !== undefined && (
          <>
            ; this step is in line {line}: <code>{lines[line - 1]?.trim()}</code>
          </>
        )}
      </summary>
      <pre tabIndex={0} aria-label="Text of the scenario">
        {lines.map((each, index) => (
          <span key={index} class={index + 1 === line ? 'here' : ''}>
            {`${index + 1 === line ? '▶' : ' '}${String(index + 1).padStart(3)}  ${each}\n`}
          </span>
        ))}
      </pre>
    </details>
  );
}

/** `CPU1 kswapd`; what runs after all threads has no CPU of its own. */
const laneName = (threads: readonly string[], thread: number): string =>
  threads[thread] === undefined ? 'after' : `CPU${thread} ${threads[thread]}`;

interface ControlsProps {
  readonly step: number;
  readonly rows: readonly Row[];
  readonly lane: (thread: number) => string;
  readonly parting: number | null;
  readonly onStep: (step: number) => void;
  readonly children: ComponentChildren;
}

function Controls({ step, rows, lane, parting, onStep, children }: ControlsProps) {
  const id = useId();
  const row = rows[step - 1];
  const event = row?.a ?? row?.b;
  const text =
    row === undefined ? 'after the set-up' : `${lane(row.thread)}: ${event?.effects.join('; ')}`;
  return (
    <div class="controls">
      <button type="button" onClick={() => onStep(0)} disabled={step === 0}>
        start
      </button>
      <button type="button" onClick={() => onStep(step - 1)} disabled={step === 0}>
        back
      </button>
      <button type="button" onClick={() => onStep(step + 1)} disabled={step === rows.length}>
        next
      </button>
      {parting !== null && (
        <button type="button" onClick={() => onStep(parting)} disabled={step === parting}>
          where they part
        </button>
      )}
      <label for={id}>
        Step <output for={id}>{step}</output> of {rows.length}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={rows.length}
        value={step}
        aria-valuetext={`${step} of ${rows.length}, ${text}`}
        onInput={(e) => onStep(Number(e.currentTarget.value))}
      />
      {children}
    </div>
  );
}

interface StepsProps {
  readonly rows: readonly Row[];
  readonly threads: readonly number[];
  readonly lane: (thread: number) => string;
  /** null: there is one execution only. */
  readonly names: { readonly a: string; readonly b: string } | null;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

function Steps({ rows, threads, lane, names, step, onStep }: StepsProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => scrollToCurrent(box.current), [step, rows]);
  return (
    <div class="steps" ref={box} tabIndex={0} role="group" aria-label="Steps of the execution">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              #
            </th>
            {threads.map((thread) => (
              <th scope="col" class="lane" key={thread}>
                {lane(thread)}
              </th>
            ))}
            {names === null ? (
              <th scope="col">event</th>
            ) : (
              <>
                <th scope="col">{names.a}</th>
                <th scope="col">{names.b}</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <StepRow
              key={index}
              {...{ row, threads, lane, names }}
              number={index + 1}
              current={index + 1 === step}
              onStep={onStep}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Brings the current row into view inside its box; the page itself stays where it is. */
function scrollToCurrent(box: HTMLDivElement | null): void {
  if (box === null) return;
  const row = box.querySelector<HTMLElement>('[aria-current]');
  if (row === null) {
    box.scrollTop = 0;
    return;
  }
  const head = box.querySelector('thead')?.offsetHeight ?? 0;
  const above = row.offsetTop - head < box.scrollTop;
  const below = row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight;
  if (above || below) box.scrollTop = row.offsetTop - head - box.clientHeight / 3;
}

interface StepRowProps extends Omit<StepsProps, 'rows' | 'step'> {
  readonly row: Row;
  readonly number: number;
  readonly current: boolean;
}

function StepRow({ row, threads, lane, names, number, current, onStep }: StepRowProps) {
  const event = row.a ?? row.b;
  return (
    <tr
      class={`${row.kind}${row.switches ? ' switch' : ''}`}
      aria-current={current ? 'step' : undefined}
      onClick={() => onStep(number)}
    >
      <td class="number">{number}</td>
      {threads.map((thread) => (
        <td key={thread} class="lane" aria-hidden="true">
          {thread === row.thread ? '●' : ''}
        </td>
      ))}
      {names === null || row.kind === 'same' ? (
        <td colSpan={names === null ? 1 : 2}>
          <Event event={event} lane={lane(row.thread)} line={row.line} shown={row.switches} />
        </td>
      ) : (
        (['a', 'b'] as const).map((side) => (
          <td key={side} class={row[side] === null ? 'absent' : 'own'}>
            {row[side] === null ? (
              <span class="none">–</span>
            ) : (
              <>
                <span class="side">
                  {row.kind === 'differs' ? '' : 'only '}
                  {names[side]}
                </span>
                <Event
                  event={row[side]}
                  lane={lane(row.thread)}
                  line={row.line}
                  shown={row.switches}
                />
              </>
            )}
          </td>
        ))
      )}
    </tr>
  );
}

interface EventProps {
  readonly event: Row['a'];
  readonly lane: string;
  readonly line: number | undefined;
  /** Says who acts, in sight; a screen reader is always told. */
  readonly shown: boolean;
}

function Event({ event, lane, line, shown }: EventProps) {
  if (event === null) return null;
  return (
    <>
      <span class={shown ? 'actor' : 'actor unseen'}>
        {lane}
        {line === undefined ? '' : `, line ${line}`}
      </span>
      {event.where !== '' && <code class="where">{event.where}</code>}
      {event.effects.map((effect) => (
        <code class="effect" key={effect}>
          {effect}
        </code>
      ))}
    </>
  );
}
