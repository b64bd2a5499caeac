/** The `--html` option: a command's document as a page that needs nothing but a browser. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import packageJson from '../../package.json';
import type { OptionSpec } from '../cli/command';
import { writeFileAtomically } from '../cli/atomic-write';
import { isPage } from '../cli/check-place';
import type { Args, Io } from '../cli/command';
import { packagePath } from '../cli/package-root';
import type { ReportedKind } from '../../model/report/search-document';
import type { HuntDocument } from '../hunt-document';
import type { ReportDocument } from './documents';
import type { PageData, ScenarioText } from './page-data';

export const HTML_OPTION: OptionSpec = {
  flags: '--html <out>',
  description: 'write the result as a web page too: a .html file, or index.html in a folder',
  writes: 'page',
};

/**
 * Writes the page if the command line asks for one.
 *
 * @throws UsageError where it cannot be written
 */
export async function writePage(
  args: Args,
  io: Pick<Io, 'note'>,
  document: ReportDocument,
): Promise<void> {
  const out = args.text('html');
  if (out === undefined) return;
  const path = isPage(out) ? out : join(out, 'index.html');
  const { answerOf } = await import('./read-document');
  await writeFileAtomically(
    path,
    await pageOf(answerOf(document), document, await commandOf(args, document)),
  );
  io.note(`wrote ${path}`);
}

/** The text of a page that `command` made; without a document, the live model alone. */
export async function pageOf(
  answer: string,
  document: ReportDocument | null,
  command: string,
): Promise<string> {
  const { loadAssets } = await import('./assets');
  const { pageHtml } = await import('./page');
  const { reportHunks } = await import('../hunk-report');
  const { version } = packageJson;
  const scenarios = await scenarioTexts(document);
  const data: PageData = { version, answer, command, document, scenarios, switches: reportHunks() };
  return pageHtml(data, await loadAssets());
}

/** Options that say where a result goes and how it is come by, which changes nothing in it. */
const WITHOUT = [
  ...['html', 'json', 'format', 'save', 'checkpoint', 'workers'],
  ...['quiet', 'verbose', 'no-color'],
];

/** The command line that a document is from, with all bounds, also those that were not given. */
async function commandOf(args: Args, { schema }: ReportDocument): Promise<string> {
  const { shellWord } = await import('../../model/report/replay-command');
  const name = schema.slice('lzfree/'.length).replace('-search', '');
  return ['lzfree', name, ...args.words(WITHOUT).map(shellWord)].join(' ');
}

/** The suite, and what the document has beside it. A text that was piped in is not there any more. */
async function scenarioTexts(document: ReportDocument | null): Promise<ScenarioText[]> {
  const { loadSuite } = await import('../suite');
  const suite = loadSuite().map(({ scenario, file }) => ({ ...scenario, file }));
  if (document?.schema === 'lzfree/hunt') return [...foundTexts(document), ...textsOf(suite)];
  if (document?.schema === 'lzfree/diff-search')
    return [...document.kinds.map(programText), ...textsOf(suite)];
  const searched = document?.schema === 'lzfree/review' ? (document.search?.kinds ?? []) : [];
  const others = (document?.scenarios ?? []).filter(
    ({ file }) => !suite.some((known) => known.file === file),
  );
  return [...textsOf([...others, ...suite]), ...searched.map(programText)];
}

const textsOf = (scenarios: readonly Omit<ScenarioText, 'text'>[]): ScenarioText[] =>
  scenarios.flatMap(({ name, title, file }) => {
    const text = textOf(file);
    return text === undefined ? [] : [{ name, title, file, text }];
  });

/** So are the smallest programs of a search. */
const programText = ({ name, title, scenario }: ReportedKind): ScenarioText => ({
  name,
  title,
  file: `${name}.yaml`,
  text: scenario,
});

/** The programs that a hunt found are in its document. */
const foundTexts = ({ findings }: HuntDocument): ScenarioText[] =>
  findings.flatMap(({ smallest, others }) =>
    [smallest, ...others].map(({ name, text, scenario }) => ({
      name,
      title: text,
      file: `${name}.yaml`,
      text: scenario,
    })),
  );

function textOf(file: string): string | undefined {
  for (const path of isAbsolute(file) ? [file] : [file, packagePath(file)]) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // Not there, or not readable any more: the page goes without its text.
    }
  }
  return undefined;
}
