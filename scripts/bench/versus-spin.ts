/**
 * The explorer beside Spin's verifier, both to exhaustion. The aim is to be faster wherever a program has
 * fewer traces than Spin has states.
 */
import { explore } from '../../model/explorer/explore';
import type { Program } from '../../model/explorer/program';
import { exploreStates } from '../../model/explorer/states';
import { formatTable } from '../cli/table';
import { milliseconds, right, whole } from './columns';
import { leastSeconds } from './measure';
import { measureInProcess } from './own-process';
import * as programs from './programs';
import { runSpin, type SpinProgram, type SpinRun } from './spin';

export interface VersusSpinRow {
  readonly program: string;
  readonly traces: number;
  /** CPU seconds to exhaustion, the least of several explorations, warmed up. */
  readonly seconds: number;
  /** The same by states, which tells outcomes but no traces; null where there are too many. */
  readonly byStatesSeconds: number | null;
  readonly spin: SpinRun;
  /** Whether there are fewer traces than Spin has states. */
  readonly aimed: boolean;
  /** Which of the two explorations is faster than the verifier, and whether one is than the usual one. */
  readonly faster: {
    readonly byTraces: boolean;
    readonly byStates: boolean;
    readonly thanUsual: boolean;
  };
}

const SUBJECTS: Readonly<Record<SpinProgram, readonly [(n: number) => Program, ...number[]]>> = {
  readers: [programs.readers, 8, 12, 16],
  lastzero: [programs.lastzero, 6, 8, 10],
  trylock: [programs.trylocks, 4, 5, 6],
  casw: [programs.casw, 2, 3, 4],
  ordered: [programs.orderedLocks, 4, 6, 8],
  phil: [programs.philosophers, 4, 6, 8],
  swaprace: [(pages) => programs.swaprace('original', pages), 1, 2, 3],
};

/** With more states, the explorations by states are left out. */
const MOST_STATES = 200_000;

/** The part of a row that is the explorer's. */
type OwnPart = Pick<VersusSpinRow, 'traces' | 'seconds' | 'byStatesSeconds'>;

/** @param seconds CPU time to spend on each measurement, at least */
export function measureVersusSpin(seconds: number): VersusSpinRow[] {
  return Object.entries(SUBJECTS).flatMap(([name, [, ...sizes]]) =>
    sizes.map((size) => versusSpin(name as SpinProgram, size, seconds)),
  );
}

function versusSpin(name: SpinProgram, size: number, seconds: number): VersusSpinRow {
  const own = measureInProcess<OwnPart>(`spin,${name},${size},${seconds}`);
  const spin = runSpin(name, size, seconds);
  const { byStatesSeconds: byStates } = own;
  return {
    program: `${name}(${size})`,
    ...own,
    spin,
    aimed: own.traces < spin.states,
    faster: {
      byTraces: own.seconds < spin.verifierSeconds,
      byStates: byStates !== null && byStates < spin.verifierSeconds,
      thanUsual: Math.min(own.seconds, byStates ?? Infinity) < spin.usualSeconds,
    },
  };
}

/** Measures the explorer on one of the programs. */
export function measureOwnPart(name: string, size: number, seconds: number): OwnPart {
  const [program] = SUBJECTS[name as SpinProgram];
  const subject = program(size);
  const traces = explore(subject).executions;
  const own = leastSeconds(() => explore(subject), seconds);
  const few = exploreStates(subject, { states: MOST_STATES }).completeness.kind === 'complete';
  // A new program each time: one that has been explored by states knows its threads' local states.
  const byStates = few ? leastSeconds(() => exploreStates(program(size)), seconds) : null;
  return { traces, seconds: own, byStatesSeconds: byStates };
}

export function versusSpinTable(rows: readonly VersusSpinRow[]): string {
  return formatTable(
    [
      { title: 'program' },
      right('traces'),
      right('ms'),
      right('by states ms'),
      right('Spin: states'),
      right('ms'),
      right('usual ms'),
      right('process ms'),
      { title: 'aim' },
    ],
    rows.map(({ spin, ...row }) => [
      row.program,
      whole(row.traces),
      milliseconds(row.seconds),
      row.byStatesSeconds === null ? '-' : milliseconds(row.byStatesSeconds),
      whole(spin.states),
      milliseconds(spin.verifierSeconds),
      milliseconds(spin.usualSeconds),
      milliseconds(spin.processSeconds),
      aimText(row),
    ]),
    100,
  );
}

export function aimSentence(rows: readonly VersusSpinRow[]): string {
  const aimed = rows.filter((row) => row.aimed);
  const byTraces = aimed.filter(({ faster }) => faster.byTraces).length;
  const byStates = aimed.filter(({ faster }) => faster.byStates && !faster.byTraces).length;
  const thanUsual = aimed.filter(({ faster }) => faster.thanUsual).length;
  return (
    'The aim, to be faster wherever there are fewer traces than Spin has states, is reached for ' +
    `${byTraces} of ${aimed.length} programs, and by states for ${byStates} more; beside the usual ` +
    `verifier for ${thanUsual}.`
  );
}

/** Whether the aim is reached, where it is one. */
function aimText({ aimed, faster }: Omit<VersusSpinRow, 'spin'>): string {
  if (!aimed) return 'none';
  return faster.byTraces ? 'faster' : faster.byStates ? 'by states' : 'slower';
}
