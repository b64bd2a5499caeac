/** The view of `lzfree matrix`: the heat map, and the same hunk by hunk. */
import { useId, useState } from 'preact/hooks';
import type { MatrixDocument } from '../../../model/report/matrix-document';
import type { ReportedSwitch } from '../../hunk-report';
import { SYMBOLS } from '../../views/matrix-symbols';
import { HeatMap } from './heat-map';
import {
  FILTER_WORDS,
  FILTERS,
  matches,
  MEANING,
  shownColumns,
  type Filter,
  type ShownColumn,
} from './matrix-words';
import { PurposeList } from './purpose-list';
import { TextFilter } from './text-filter';
import { count } from './words';

interface MatrixViewProps {
  readonly matrix: MatrixDocument;
  readonly switches: readonly ReportedSwitch[];
}

export function MatrixView({ matrix, switches }: MatrixViewProps) {
  const [filter, setFilter] = useState<Filter>('all');
  const [text, setText] = useState('');
  const all = shownColumns(matrix.columns);
  const { rows, columns } = select(matrix, all, filter, text.trim().toLowerCase());
  const purposeOf = ({ column }: ShownColumn) =>
    column.kind === 'off' ? matrix.purposes.find(({ off }) => off === column.off) : undefined;
  const describe = ({ column }: ShownColumn) =>
    column.kind === 'off' ? switches.find(({ id }) => id === column.off)?.description : undefined;
  const shown = { rows, columns, filter, purposeOf };
  return (
    <>
      <section id="matrix" aria-labelledby="matrix-title">
        <h2 id="matrix-title">Scenarios by variants</h2>
        <p>
          A row is a scenario; a column is a variant with a name, or <b>fixed</b> without one hunk
          (and without what C would not compile then). A cell is the outermost level at which the
          variant differs from fixed. Choose a cell to see what differs; the arrow keys move.
        </p>
        <Legend />
        <Choices {...{ filter, setFilter, text, setText }} />
        <p role="status">
          {count(rows.length, 'scenario')} by {count(columns.length, 'variant')}
          {filter !== 'all' && `, those with ${FILTER_WORDS[filter]}`}
        </p>
        {rows.length > 0 && columns.length > 0 && <HeatMap {...shown} />}
        <p class="narrow">
          The map needs a wider screen. <a href="#purposes">Hunk by hunk</a> it is the same.
        </p>
        {matrix.left.length > 0 && <p>An interruption left out: {matrix.left.join(', ')}.</p>}
      </section>
      <section id="purposes" aria-labelledby="purposes-title">
        <h2 id="purposes-title">Hunk by hunk</h2>
        <p>What each hunk is for, as far as the scenarios show it: what changes without it.</p>
        <PurposeList {...shown} describe={describe} />
      </section>
    </>
  );
}

/** What the filter leaves: text names hunks, or if none has it, scenarios. */
function select(
  { scenarios }: MatrixDocument,
  all: readonly ShownColumn[],
  filter: Filter,
  text: string,
) {
  const named = all.filter(({ name }) => name.toLowerCase().includes(text));
  const [rows, columns] =
    named.length > 0
      ? [scenarios, named]
      : [scenarios.filter(({ name }) => name.toLowerCase().includes(text)), all];
  if (filter === 'all' && text === '') return { rows, columns };
  return {
    rows: rows.filter(({ cells }) => columns.some(({ index }) => matches(cells[index]!, filter))),
    columns: columns.filter(({ index }) =>
      rows.some(({ cells }) => matches(cells[index]!, filter)),
    ),
  };
}

function Legend() {
  return (
    <ul class="legend">
      {(['user', 'system', 'internal', 'equal', 'unknown'] as const).map((difference) => (
        <li key={difference}>
          <span class={`level ${difference}`}>{SYMBOLS[difference]}</span> {MEANING[difference]}
        </li>
      ))}
      <li>
        <span class="level">!</span> an expectation of the scenario does not hold
      </li>
    </ul>
  );
}

interface ChoicesProps {
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
  readonly text: string;
  readonly setText: (text: string) => void;
}

function Choices({ filter, setFilter, text, setText }: ChoicesProps) {
  const level = useId();
  return (
    <form class="filters" onSubmit={(e) => e.preventDefault()}>
      <label for={level}>Show</label>
      <select
        id={level}
        value={filter}
        onChange={(e) => setFilter(FILTERS.find((each) => each === e.currentTarget.value)!)}
      >
        {FILTERS.map((each) => (
          <option key={each} value={each}>
            {FILTER_WORDS[each]}
          </option>
        ))}
      </select>
      <TextFilter label="Hunk or scenario" example="zap_pte_range" {...{ text, setText }} />
    </form>
  );
}
