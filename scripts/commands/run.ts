import type { CommandSpec, Io } from '../cli/command';
import { wrapText } from '../cli/text';
import { indent, userText } from '../views/outcome-text';
import type { ConditionVerdict } from '../../model/diff/verdict';
import type { Exploration } from '../../model/diff/explore';
import { printCompleteness } from '../../model/diff/completeness';
import type { LoadedScenario } from '../suite';

/** One scenario's result under one variant. */
interface RunResult {
  readonly loaded: LoadedScenario;
  readonly exploration: Exploration;
  readonly verdicts: readonly ConditionVerdict[];
}

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'Runs scenarios on a variant and says what can happen',
  description:
    'Every interleaving within the stated bounds is explored. Each distinct outcome is listed with ' +
    'the number of traces that end in it, and every expectation with its verdict. Exit status 1 ' +
    'means that an expectation does not hold.',
  arguments: [
    {
      name: 'scenario',
      description: "files, folders, '-' or names of the suite; all of the suite without any",
      variadic: true,
    },
  ],
  options: [
    { flags: '--variant <name>', description: 'variant to run', default: 'fixed' },
    { flags: '--force', description: 'run a variant that C would not compile, as a what-if' },
    {
      flags: '--executions <n>',
      description: 'stop a scenario after this many executions',
      integer: { min: 1 },
    },
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
    const { loadScenarios } = await import('../suite');
    const { readVariant } = await import('../variants');
    const { explore } = await import('../../model/diff/explore');
    const { judge } = await import('../../model/diff/verdict');
    const variant = readVariant(args.text('variant')!, args.flag('force'), io);
    const scenarios = await loadScenarios(args.operands, io);
    const executions = args.integer('executions');
    const results: RunResult[] = scenarios.map((loaded) => {
      const exploration = explore(loaded.scenario, variant.variant, {
        file: loaded.file,
        signal: io.signal,
        ...(executions !== undefined && { executions }),
      });
      return { loaded, exploration, verdicts: judge(loaded.scenario, variant.name, exploration) };
    });
    if (args.json) io.json(toJson(variant.name, results));
    else print(variant.name, results, io);
    return results.some(failed) ? 1 : 0;
  },
};

const failed = ({ verdicts }: RunResult): boolean => verdicts.some(({ met }) => met === 'no');

function toJson(variant: string, results: readonly RunResult[]) {
  return {
    schema: 'lzfree/run' as const,
    version: 1,
    variant,
    scenarios: results.map(({ loaded, exploration, verdicts }) => ({
      name: loaded.scenario.name,
      file: loaded.file,
      completeness: exploration.completeness,
      executions: exploration.executions,
      outcomes: exploration.outcomes,
      expectations: verdicts.map(({ expectation, verdict, met, traces, tracesOfAll }) => ({
        ...expectation,
        verdict,
        met,
        traces,
        tracesOfAll,
      })),
    })),
  };
}

function print(variant: string, results: readonly RunResult[], io: Io): void {
  const bad = results.filter(failed).length;
  const all = `${results.length} scenario${results.length === 1 ? '' : 's'} on ${variant}`;
  io.out(bad === 0 ? `holds: ${all}` : `FAILS: ${bad} of ${all}`);
  for (const result of results) printOne(result, io);
}

function printOne({ loaded, exploration, verdicts }: RunResult, io: Io): void {
  const { scenario } = loaded;
  const counts = `${exploration.executions} traces, ${exploration.outcomes.length} outcomes`;
  io.out(`\n${scenario.name}: ${counts}, ${printCompleteness(exploration.completeness)}`);
  io.out(indent(wrapText(scenario.title, io.width - 2), 2));
  const seen = new Map<string, number>();
  for (const { outcome, traces } of exploration.outcomes) {
    const text = userText(outcome);
    seen.set(text, (seen.get(text) ?? 0) + traces);
  }
  for (const [text, traces] of seen) io.out(`    ${traces} x  ${text}`);
  for (const { expectation, met, verdict, traces, tracesOfAll } of verdicts) {
    const mark = { yes: 'ok', no: 'NOT', unknown: '?' }[met];
    io.out(
      `  ${mark.padEnd(4)}${expectation.quantifier} ${expectation.condition}` +
        (met === 'yes' ? '' : ` (seen: ${verdict}, ${traces} of ${tracesOfAll})`),
    );
  }
}
