import type { CheckDocument } from '../../model/report/check-document';
import { UsageError, type CommandSpec } from '../cli/command';
import { formatOption, printAs, readFormat } from '../formats/format';
import { readSubject, subjectOptions } from './subject';

/** `lzfree check FILE --baseline base.json`: whether a patch still does what it did. */
export const checkCommand: CommandSpec = {
  name: 'check',
  summary: 'Says whether a patch still behaves as a stored baseline says',
  description:
    'Reads a patch as a variant, explores the suite on it and compares what can happen with what ' +
    'lzfree baseline has kept. Where it changed it says which class of variants the patch has left, ' +
    'for which, and by which hunks. Exit status 1 means that the behaviour changed, or that it is open ' +
    'whether it did: for a bound, or as hunks differ whose text lzfree does not compare. A ' +
    'baseline of another model or suite is refused.',
  arguments: [{ name: 'file', description: 'a patch; - for standard input' }],
  options: [
    formatOption,
    { flags: '-b, --baseline <file>', description: 'what lzfree baseline wrote' },
    ...subjectOptions.filter(({ flags }) => !flags.startsWith('--scenario')),
  ],
  examples: [
    {
      command: 'lzfree check v3.mbox --baseline v2.json',
      purpose: 'what the next version of your series changes',
    },
  ],
  async run(args, io) {
    const format = readFormat(args);
    const { VariantSpace } = await import('../../model/classes/variant-space');
    const { Variant } = await import('../../model/features/variant');
    const { baselineSubject } = await import('../../model/report/baseline-document');
    const { checkDocument, checkedScenario } = await import('../../model/report/check-document');
    const { loadSuite } = await import('../suite');
    const { checkIdentity, readBaseline } = await import('../baseline-file');
    const { identityOf } = await import('../identity');
    const { exploreSuite } = await import('../explore-suite');
    const { checkChecks } = await import('../formats/check-checks');
    const { checkText } = await import('../views/check-text');
    const path = args.text('baseline');
    if (path === undefined)
      throw new UsageError('--baseline is missing; name a file of lzfree baseline');
    const baseline = await readBaseline(path, io);
    const names = new Set(baseline.scenarios.map(({ name }) => name));
    const sources = loadSuite().filter(({ scenario }) => names.has(scenario.name));
    checkIdentity(path, baseline.identity, identityOf(sources));
    const subject = await readSubject(args, io);
    const executions = args.integer('executions')!;
    const explored = exploreSuite('check', subject.variant, sources, executions, io);
    const variants = {
      space: new VariantSpace(),
      before: Variant.of(baseline.subject.switches),
      now: subject.variant,
    };
    const checked = explored.map((exploration, index) =>
      checkedScenario(sources[index]!, baseline.scenarios[index]!, exploration, variants),
    );
    const document = checkDocument(baseline, baselineSubject(subject), checked);
    const text = (of: CheckDocument, width: number) => checkText(of, sources.length, width);
    const checks = (of: CheckDocument) => checkChecks(of, sources.length);
    await printAs(format, { document, text, checks }, io);
    // An interruption has an exit status of its own, where no difference was seen.
    const settled = document.completeness.kind === 'complete' || io.signal.aborted;
    return document.changedAt === null && settled && !document.otherUncompared ? 0 : 1;
  },
};
