/** The page: a command's document, the patch, and the live model. */
import type { PageData } from '../page-data';
import { ClassesView } from './classes-view';
import { ComparisonView } from './comparison-view';
import { HuntView } from './hunt-view';
import { LiveView } from './live-view';
import { MatrixView } from './matrix-view';
import { PatchView } from './patch-view';
import { RunView } from './run-view';
import { SearchedPrograms, SearchView } from './search-view';
import { useLive } from './use-live';

export function App({ data }: { readonly data: PageData }) {
  const live = useLive(data);
  const { document: report, switches, scenarios } = data;
  const patch = report?.schema === 'lzfree/review' ? report.patch : null;
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header>
        <p class="kind">lzfree: madvise(MADV_FREE) on Linux 3.14, each hunk a switch</p>
        <h1>{data.answer}</h1>
        <Source data={data} />
      </header>
      <nav aria-label="Parts of the page">
        <ul>
          {partsOf(data).map(([id, name]) => (
            <li key={id}>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main">
        <Report data={data} />
        <section id="patch" aria-labelledby="patch-title">
          <h2 id="patch-title">The patch</h2>
          <p>
            Each hunk is a switch of the live model below. Its status says where its text comes
            from: quoted in the mail, completed from elsewhere, announced only, or a companion patch
            of the series.
          </p>
          <PatchView switches={switches} patch={patch} board={live.board} />
        </section>
        <LiveView live={live} scenarios={scenarios} switches={switches} />
      </main>
      <footer>
        <p>
          lzfree {data.version}. Made by <code>{data.command}</code>. Everything that this page says
          is in its JSON document, which the page holds, or was computed by the model in the page.
        </p>
      </footer>
    </>
  );
}

function Report({ data }: { readonly data: PageData }) {
  const { document: report, scenarios, switches, command } = data;
  switch (report?.schema) {
    case undefined:
      return null;
    case 'lzfree/review':
      return (
        <>
          <ComparisonView comparison={report} scenarios={scenarios} unknown={report.unknown} />
          {report.search !== null && <SearchedPrograms search={report.search} />}
        </>
      );
    case 'lzfree/diff':
      return <ComparisonView comparison={report} scenarios={scenarios} />;
    case 'lzfree/diff-search':
      return <SearchView search={report} command={command} />;
    case 'lzfree/run':
      return <RunView run={report} scenarios={scenarios} />;
    case 'lzfree/hunt':
      return <HuntView hunt={report} />;
    case 'lzfree/matrix':
      return <MatrixView matrix={report} switches={switches} />;
    case 'lzfree/classes':
      return <ClassesView classes={report} />;
  }
}

function partsOf({ document: report }: PageData): (readonly [id: string, name: string])[] {
  const common = [
    ['patch', 'The patch'],
    ['live', 'Live model'],
  ] as const;
  switch (report?.schema) {
    case undefined:
      return [...common];
    case 'lzfree/diff-search':
      return [
        ['answer', 'Answer'],
        ['differences', 'Differences'],
        ['searched', 'What was searched'],
        ...common,
      ];
    case 'lzfree/run':
      return [['answer', 'Scenarios'], ...common];
    case 'lzfree/hunt':
      return [['answer', 'Findings'], ...common];
    case 'lzfree/matrix':
      return [['matrix', 'Heat map'], ['purposes', 'Hunk by hunk'], ...common];
    case 'lzfree/classes':
      return [['classes', 'Classes'], ...common];
    case 'lzfree/diff':
    case 'lzfree/review':
      return [
        ['answer', 'Answer'],
        ['differences', 'Differences'],
        ['scenarios', 'Scenarios'],
        ...(report.schema === 'lzfree/review' && report.search !== null
          ? [['searched', 'Small programs'] as const]
          : []),
        ...common,
      ];
  }
}

/** Where the patch comes from. */
function Source({ data: { document: report } }: { readonly data: PageData }) {
  if (report?.schema !== 'lzfree/review') return null;
  const { patches, from, date } = report.patch;
  return (
    <p class="muted">
      {[...new Set(patches.map(({ subject }) => subject))].join('; ')}
      {from !== undefined && `, ${from}`}
      {date !== undefined && `, ${date}`}
    </p>
  );
}
