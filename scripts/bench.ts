/**
 * Measures the explorer on this machine: `npm run bench`, see --help.
 * It measures the bundle, as that is what users run. Rates are per CPU second of the process, workers
 * by the clock on the wall; what else the machine does shows in both, so its load is told.
 */
import { cpus, loadavg } from 'node:os';
import { exploreStates } from '../model/explorer/states';
import { right, whole } from './bench/columns';
import { measure, type Measurement } from './bench/measure';
import { benchOptions, USAGE, type BenchOptions } from './bench/options';
import * as programs from './bench/programs';
import { MEETINGS, meeting } from './bench/scenarios';
import { hasSpin, spinVersion } from './bench/spin';
import {
  aimSentence,
  measureOwnPart,
  measureVersusSpin,
  versusSpinTable,
} from './bench/versus-spin';
import { measureWork, measureWorkers, type WorkersRow } from './bench/workers';
import { writeFileAtomically } from './cli/atomic-write';
import { UsageError } from './cli/errors';
import { formatTable } from './cli/table';

const RATES =
  'One execution for each trace, against a bare loop, which runs the same schedules and no more.\n' +
  'The explorer takes steps back where the loop begins anew. Scenarios are measured when what their\n' +
  'threads do is known, which an exploration learns in the 50 executions of which it takes none back.';

const WORKERS =
  'More workers, against one: how many times as many executions a second. Two processes that each do the\n' +
  'whole work at the same time show what this machine has to give.';

const TABLE = [
  ['readers(8)', programs.readers(8)],
  ['lastzero(10)', programs.lastzero(10)],
  ['indexer(14)', programs.indexer(14)],
  ['filesystem(20)', programs.filesystem(20)],
  ['ainc(6)', programs.adders(6, 1)],
  ['binc(4)', programs.adders(4, 2)],
  ['cinc(3)', programs.adders(3, 3)],
  ['ninc(4)', programs.ninc(4)],
  ['casrot(7)', programs.casrot(7)],
  ['casw(4)', programs.casw(4)],
  ['fib(2)', programs.fib(2)],
  ['control-flow(3)', programs.controlFlow(3)],
  ['trylock(4)', programs.trylocks(4)],
  ['ordered(6)', programs.orderedLocks(6)],
  ['phil(6)', programs.philosophers(6)],
  ['wcas(6)', programs.wcas(6)],
  ['swaprace(original, 2)', programs.swaprace('original', 2)],
] as const;

/** The same programs with more threads: how the cost of an execution grows. */
const GROWTH = [
  ...[4, 6, 8, 10].map((n) => [`readers(${n})`, programs.readers(n)] as const),
  ...[4, 6, 10].map((n) => [`lastzero(${n})`, programs.lastzero(n)] as const),
  ...[3, 4, 5].map((n) => [`trylock(${n})`, programs.trylocks(n)] as const),
];

interface StatesRow {
  readonly pages: number;
  readonly traces: number;
  readonly states: number;
  readonly outcomes: number;
  readonly seconds: number;
}

function rateTable(rows: readonly Measurement[]): string {
  return formatTable(
    [
      { title: 'program' },
      right('traces'),
      right('executions/s'),
      right('events/s'),
      right('ceiling'),
      right('ratio'),
      right('steps each'),
    ],
    rows.map((row) => [
      row.program,
      `${row.complete ? '' : '> '}${whole(row.executions)}`,
      whole(row.executionsPerSecond),
      whole(row.eventsPerSecond),
      whole(row.ceiling),
      row.ratio.toFixed(2),
      row.stepsPerExecution.toFixed(1),
    ]),
    100,
  );
}

/** swaprace(original, K) has 30^K traces; its states grow far slower. */
function measureStates(): StatesRow[] {
  return [1, 2, 3, 4, 5, 6].map((pages) => {
    const began = process.cpuUsage();
    const { states, outcomes } = exploreStates(programs.swaprace('original', pages));
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    return { pages, traces: 30 ** pages, states, outcomes: outcomes.size, seconds };
  });
}

function statesTable(rows: readonly StatesRow[]): string {
  return formatTable(
    [right('pages'), right('traces'), right('states'), right('outcomes'), right('seconds')],
    rows.map((row) => [
      `${row.pages}`,
      whole(row.traces),
      whole(row.states),
      whole(row.outcomes),
      row.seconds.toFixed(2),
    ]),
  );
}

/** Executions of a scenario to measure: more say nothing new of the rate. */
const SCENARIO_EXECUTIONS = 200;

function measureScenarios(seconds: number): Measurement[] {
  return MEETINGS.map((size) => {
    const { threads, operations, pages } = size;
    const name = `${threads} threads x ${operations} on ${pages} page${pages > 1 ? 's' : ''}`;
    return measure(name, meeting(size), seconds, SCENARIO_EXECUTIONS);
  });
}

const pace = ({ executions, seconds }: Pick<WorkersRow, 'executions' | 'seconds'>): number =>
  executions / seconds;

function workersTable(rows: readonly WorkersRow[]): string {
  return formatTable(
    [
      { title: 'work' },
      right('processes'),
      right('workers'),
      right('executions'),
      right('seconds'),
      right('CPU s'),
      right('speed-up'),
    ],
    rows.map(({ work, processes, workers, executions, seconds, cpuSeconds }) => [
      work,
      `${processes}`,
      `${workers}`,
      whole(executions),
      seconds.toFixed(2),
      cpuSeconds.toFixed(2),
      (pace({ executions, seconds }) / pace(rows.find((row) => row.work === work)!)).toFixed(2),
    ]),
    100,
  );
}

/** Null in the document where there is no Spin, or it is not asked for. */
function versusSpin(seconds: number) {
  const version = spinVersion();
  const rows = measureVersusSpin(seconds);
  console.log(
    `To exhaustion, beside ${version}\n\n` +
      'CPU milliseconds of the explorer, in a process of its own and warmed up, by traces and by states,\n' +
      'and of the verifier with its partial-order reduction: compiled with -O2 or -O3 -DSAFETY, whichever\n' +
      'is faster, and a table of states that fits; usual: -O2 and the table that it has by default.\n' +
      'Process: of the usual, by the clock on the wall.\n\n' +
      `${versusSpinTable(rows)}\n\n${aimSentence(rows)}\n`,
  );
  return { version, rows };
}

async function main({ seconds, json, spin: withSpin }: BenchOptions): Promise<void> {
  const machine = { node: process.version, cores: cpus().length, load: loadavg() };
  console.log(
    `Node ${machine.node}, ${machine.cores} cores, load ${machine.load[0].toFixed(1)} at the start\n`,
  );
  const rates = TABLE.map(([name, program]) => measure(name, program, seconds));
  console.log(`${RATES}\n\n${rateTable(rates)}\n`);
  const growth = GROWTH.map(([name, program]) => measure(name, program, seconds));
  console.log(`Growth with threads\n\n${rateTable(growth)}\n`);
  const scenarios = measureScenarios(seconds);
  console.log(`Scenarios of the model: threads, operations, pages\n\n${rateTable(scenarios)}\n`);
  const workers = await measureWorkers();
  console.log(`${WORKERS}\n\n${workersTable(workers)}\n`);
  const states = measureStates();
  console.log(`swaprace(original, pages) by states\n\n${statesTable(states)}\n`);
  const spin = withSpin && hasSpin() ? versusSpin(seconds) : null;
  if (json === undefined) return;
  const measured = { machine, rates, growth, scenarios, workers, states, spin };
  const document = { schema: 'lzfree/bench', version: 6, ...measured };
  await writeFileAtomically(json, `${JSON.stringify(document, null, 2)}\n`);
}

const measureRow = async ([kind, what, ...numbers]: readonly string[]): Promise<unknown> => {
  const [first, seconds] = numbers.map(Number) as [number, number];
  return kind === 'spin' ? measureOwnPart(what!, first, seconds) : measureWork(Number(what), first);
};

async function begin(): Promise<void> {
  const options = benchOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else if (options.row === undefined) await main(options);
  else console.log(JSON.stringify(await measureRow(options.row.split(','))));
}

begin().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
});
