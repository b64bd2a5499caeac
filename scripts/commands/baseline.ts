import { UsageError, type CommandSpec } from '../cli/command';
import { subjectOptions, readSubject } from './subject';
import { workersFor, workersOption } from '../workers/option';

/** `lzfree baseline FILE`: keeps what a patch does on the suite. */
export const baselineCommand: CommandSpec = {
  name: 'baseline',
  summary: 'Keeps what a patch does on the suite, for lzfree check',
  description:
    'Reads a patch as a variant, explores the suite on it and writes what can happen into a file, ' +
    'with the behaviour classes of all valid variants (see lzfree classes) and the digests of the ' +
    'model and of the suite. The whole suite takes some minutes, most of them for the classes. Such a ' +
    'file is only compared with results of the same model and suite. It is written as a whole or not at all.',
  arguments: [{ name: 'file', description: 'a patch; - for standard input' }],
  options: [
    {
      flags: '-o, --output <file>',
      description: 'where to write it',
      default: 'lzfree-baseline.json',
      writes: 'file',
    },
    ...subjectOptions,
    workersOption,
  ],
  examples: [
    { command: 'lzfree baseline v2.mbox -o v2.json', purpose: 'keeps what your series does' },
    {
      command: 'lzfree baseline --variant fixed',
      purpose: 'keeps what the series with its fixup does',
    },
  ],
  async run(args, io) {
    const { baselineDocument, baselineScenario, baselineSubject } =
      await import('../../model/report/baseline-document');
    const { loadOfSuite } = await import('../suite');
    const { identityOf, sha256 } = await import('../identity');
    const { exploreSuite } = await import('../explore-suite');
    const { writeBaseline } = await import('../baseline-file');
    const { classesParts } = await import('../classes');
    const { startProgress } = await import('../cli/progress');
    const { counted, wrapText } = await import('../cli/text');
    const { doubtSentences } = await import('../views/doubts-text');
    const subject = await readSubject(args, io);
    const sources = loadOfSuite(args.texts('scenario'));
    const executions = args.integer('executions')!;
    const explored = exploreSuite('baseline', subject.variant, sources, executions, io);
    const progress = startProgress(io, 'classes');
    const classes = await classesParts({
      sources,
      view: 'user',
      executions,
      workers: workersFor(args.integer('workers'), sources.length),
      signal: io.signal,
      onProgress: (done, total, detail) => progress.update(done, total, detail),
    });
    progress.end();
    if (io.signal.aborted) {
      io.err('interrupted: no baseline was written');
      return 0;
    }
    const document = baselineDocument(
      identityOf(sources),
      baselineSubject(subject),
      explored.map((exploration, index) =>
        baselineScenario(sources[index]!, exploration, classes[index]!),
      ),
      sha256,
    );
    const path = args.text('output')!;
    if (path === '-') throw new UsageError('--output names a file; --json prints the baseline');
    await writeBaseline(path, document);
    const kept = `${path}: what ${subject.name} does in ${counted(sources.length, 'scenario')}`;
    const doubts = doubtSentences(subject).map((sentence) => wrapText(sentence, io.width));
    if (args.json) io.json(document);
    else io.out([kept, ...doubts].join('\n\n'));
    return 0;
  },
};
