/** The state of the machine after a step: on one variant, or on two beside each other. */
import { useMemo } from 'preact/hooks';
import {
  STATE_SECTIONS,
  type StateCell,
  type StateChange,
  type StateSection,
} from '../../../model/scenario/state-cells';
import type { SideState } from './timeline-rows';
import { SECTION_TITLES } from './words';

export interface StatePanelProps {
  readonly step: number;
  readonly names: { readonly a: string; readonly b: string };
  readonly a: SideState;
  readonly b: SideState | null;
}

/** One value of one object on both sides. */
interface StateRow {
  readonly section: StateSection;
  readonly object: string;
  readonly field: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** The step changed it on this side. */
  readonly changed: { readonly a: boolean; readonly b: boolean };
}

type Place = Pick<StateCell, 'section' | 'object' | 'field'>;
const keyOf = ({ section, object, field }: Place): string => [section, object, field].join('\n');

export function StatePanel({ step, names, a, b }: StatePanelProps) {
  const rows = useMemo(() => stateRows(a, b), [a, b]);
  return (
    <div class="state" tabIndex={0} role="group" aria-label={`State after step ${step}`}>
      <table>
        <caption>
          State after {step === 0 ? 'the set-up' : `step ${step}`}{' '}
          <small>● just changed{b && ', ≠ the two differ'}</small>
        </caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{b === null ? 'value' : names.a}</th>
            {b !== null && <th scope="col">{names.b}</th>}
          </tr>
        </thead>
        {STATE_SECTIONS.map((section) => (
          <Section
            key={section}
            title={SECTION_TITLES[section]}
            rows={rows.filter((row) => row.section === section)}
            single={b === null}
          />
        ))}
      </table>
    </div>
  );
}

function stateRows(a: SideState, b: SideState | null): StateRow[] {
  const rows = new Map<string, StateRow>();
  const place = (cell: Place): StateRow => {
    const key = keyOf(cell);
    const { section, object, field } = cell;
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row = {
      section,
      object,
      field,
      a: undefined,
      b: undefined,
      changed: { a: false, b: false },
    };
    rows.set(key, row);
    return row;
  };
  const put = (
    side: 'a' | 'b',
    cells: readonly StateCell[],
    changes: readonly StateChange[],
  ): void => {
    for (const cell of cells) rows.set(keyOf(cell), { ...place(cell), [side]: cell.value });
    for (const change of changes) {
      const row = place(change);
      rows.set(keyOf(change), { ...row, changed: { ...row.changed, [side]: true } });
    }
  };
  put('a', a.cells, a.changes);
  if (b !== null) put('b', b.cells, b.changes);
  return [...rows.values()];
}

interface SectionProps {
  readonly title: string;
  readonly rows: readonly StateRow[];
  readonly single: boolean;
}

function Section({ title, rows, single }: SectionProps) {
  if (rows.length === 0) return null;
  return (
    <tbody>
      <tr class="section">
        <th scope="rowgroup" colSpan={single ? 2 : 3}>
          {title}
        </th>
      </tr>
      {rows.map((row, index) => (
        <tr key={keyOf(row)} class={!single && row.a !== row.b ? 'unequal' : ''}>
          <th scope="row">
            {rows[index - 1]?.object === row.object ? (
              <span class="unseen">{row.object} </span>
            ) : (
              <span class="object">{row.object} </span>
            )}
            {row.field !== '' && <span class="field">{row.field}</span>}
            {!single && row.a !== row.b && <span class="differ"> ≠</span>}
          </th>
          {single || (row.a === row.b && row.changed.a === row.changed.b) ? (
            <Value value={row.a} changed={row.changed.a} span={single ? 1 : 2} />
          ) : (
            <>
              <Value value={row.a} changed={row.changed.a} span={1} />
              <Value value={row.b} changed={row.changed.b} span={1} />
            </>
          )}
        </tr>
      ))}
    </tbody>
  );
}

interface ValueProps {
  readonly value: string | undefined;
  readonly changed: boolean;
  readonly span: number;
}

function Value({ value, changed, span }: ValueProps) {
  const text = value ?? '–';
  return (
    <td colSpan={span}>
      {changed ? (
        <mark>
          <span title="just changed">●</span> {text}
        </mark>
      ) : (
        text
      )}
    </td>
  );
}
