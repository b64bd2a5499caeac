import type { MatrixRow } from '../../model/matrix/row';
import { UsageError, type CommandSpec } from '../cli/command';
import { forOption, limitedBy, stopAfter } from '../cli/stop-after';
import { keepOption } from '../exploration-options';
import { HTML_OPTION, writePage } from '../html/write-page';
import { workersFor, workersOption } from '../workers/option';

/** The whole suite is complete within it. */
const EXECUTIONS = '5000';

/** `lzfree matrix [SCENARIO...]`: what each hunk is for. */
export const matrixCommand: CommandSpec = {
  name: 'matrix',
  summary: 'Shows what each named variant and each hunk changes in every scenario',
  description:
    'Explores each scenario on every named variant and on fixed without each hunk in turn (and ' +
    'without what C would not compile then), and says at which level each differs from fixed and ' +
    'whether the expectations hold. From that it says for each hunk what it is for. Variants that ' +
    'agree on every switch that was read do the same and are explored once.',
  arguments: [
    {
      name: 'scenario',
      description: "files, folders, '-' or names of the suite; all of the suite without any",
      variadic: true,
    },
  ],
  options: [
    {
      flags: '--format <format>',
      description: 'form of the result (--json is short for json)',
      choices: ['text', 'json', 'csv'],
      default: 'text',
    },
    {
      flags: '--executions <n>',
      description: 'stop each exploration after this many executions',
      integer: { min: 1 },
      default: EXECUTIONS,
    },
    forOption,
    workersOption,
    keepOption,
    HTML_OPTION,
  ],
  examples: [
    { command: 'lzfree matrix', purpose: 'what each hunk is for, in the whole suite' },
    { command: 'lzfree matrix --html out', purpose: 'the same as a heat map in a page' },
    { command: 'lzfree matrix --format csv > matrix.csv', purpose: 'the same for a spreadsheet' },
  ],
  async run(args, io) {
    const { loadScenarios } = await import('../suite');
    const { matrixOf } = await import('../matrix');
    const { KeptResults } = await import('../kept-results');
    const { startProgress } = await import('../cli/progress');
    const format = args.text('format');
    if (args.json && format === 'csv') {
      throw new UsageError('--json and --format csv contradict each other; give one of them');
    }
    const sources = await loadScenarios(args.operands, io);
    const executions = args.integer('executions')!;
    const command = `matrix --executions ${executions}`;
    const kept = await KeptResults.open<MatrixRow>(args.text('checkpoint'), command);
    const progress = startProgress(io, 'matrix');
    const workers = workersFor(args.integer('workers'), sources.length);
    const seconds = args.integer('for');
    const result = await matrixOf({
      sources,
      executions,
      workers: workers === 1 ? 0 : workers,
      signal: stopAfter(seconds, io.signal),
      kept,
      onProgress: (done, total) => progress.update(done, total),
    });
    progress.end();
    const document = limitedBy(result, seconds, io.signal);
    await writePage(args, io, document);
    if (args.json || format === 'json') io.json(document);
    else if (format === 'csv') io.out((await import('../formats/matrix-csv')).matrixCsv(document));
    else io.out((await import('../views/matrix-text')).matrixText(document, io.width));
    return 0;
  },
};
