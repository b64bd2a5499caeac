import type { CommandSpec } from '../cli/command';
import {
  boundsOrStates,
  explorationOptions,
  showExplorations,
  statesOptions,
} from '../exploration-options';
import { formatOption, printAs, readFormat } from '../formats/format';
import { HTML_OPTION, writePage } from '../html/write-page';

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'Runs scenarios on a variant and says what can happen',
  description:
    'Every interleaving within the stated bounds is explored. Each distinct outcome is counted, ' +
    'and listed with the number of traces that end in it; those with the same results and faults, ' +
    'which differ in counters or inside the kernel only (--json has them), share a line. Every ' +
    'expectation is listed with its verdict. Exit status 1 means that an expectation does not hold, ' +
    'or that a bound leaves one open. --by-states finds the same outcomes where independent threads ' +
    'multiply the traces, and counts none. --preemptions does so too, of the schedules that need no ' +
    'more than so many.',
  arguments: [
    {
      name: 'scenario',
      description: "files, folders, '-' or names of the suite; all of the suite without any",
      variadic: true,
    },
  ],
  options: [
    formatOption,
    { flags: '--variant <name>', description: 'variant to run', default: 'fixed' },
    { flags: '--force', description: 'run a variant that C would not compile, as a what-if' },
    ...explorationOptions,
    ...statesOptions,
    HTML_OPTION,
  ],
  examples: [
    {
      command: 'lzfree run freed-page-is-discarded',
      purpose: 'one scenario of the suite on fixed',
    },
    {
      command: 'lzfree run my.yaml --variant original',
      purpose: 'your own file on the posted series',
    },
  ],
  async run(args, io) {
    const format = readFormat(args);
    const { loadScenarios } = await import('../suite');
    const { readVariant } = await import('../variants');
    const { exploreJobs } = await import('../explorations');
    const { runDocument, scenarioRun } = await import('../../model/report/run-document');
    const { runChecks } = await import('../formats/run-checks');
    const { runText } = await import('../views/run-text');
    const variant = readVariant(args.text('variant')!, args.flag('force'), io);
    const scenarios = await loadScenarios(args.operands, io);
    const { onProgress, end } = showExplorations(io, 'run');
    const jobs = scenarios.map((source) => ({ source, variant }));
    const bounds = { ...boundsOrStates(args), onProgress };
    const explorations = await exploreJobs(jobs, bounds, io).finally(end);
    const runs = scenarios.map((source, k) => scenarioRun(source, variant, explorations[k]!));
    const document = runDocument(variant.name, runs);
    await writePage(args, io, document);
    await printAs(format, { document, text: runText, checks: runChecks }, io);
    // An interruption has an exit status of its own, where nothing fails.
    return document.met === 'no' || (document.met === 'unknown' && !io.signal.aborted) ? 1 : 0;
  },
};
