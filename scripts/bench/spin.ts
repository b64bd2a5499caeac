/**
 * Runs Spin's verifiers on Promela versions of the benchmark programs, where Spin is installed, with their
 * partial-order reduction on, as it is by default.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../cli/package-root';

/** The programs that have a Promela version, which takes its size as N. */
export const SPIN_PROGRAMS = [
  'readers',
  'lastzero',
  'trylock',
  'casw',
  'ordered',
  'phil',
  'swaprace',
] as const;

export type SpinProgram = (typeof SPIN_PROGRAMS)[number];

/** What the verifiers are compiled with, beside the level of optimisation. */
const COMPILED = ['-w', '-DSAFETY', '-DMEMLIM=8192'];
/** Bits of the index of the table of states, where nothing else is asked for. */
const USUAL_TABLE = 24;

export interface SpinRun {
  /** States that the verifier stored, with its partial-order reduction. */
  readonly states: number;
  readonly transitions: number;
  /**
   * CPU seconds of the verifier's own search: the least of several runs with `-O2` and with `-O3`, with a
   * table of states made to measure, as a large one costs it time.
   */
  readonly verifierSeconds: number;
  /** The same with `-O2` and the table that it has by default. */
  readonly usualSeconds: number;
  /** What that process took from start to end by the clock on the wall, its table's allocation included. */
  readonly processSeconds: number;
}

/** Whether `spin` and a C compiler are on the path. */
export function hasSpin(): boolean {
  return ['spin', 'gcc'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
}

/** As `Spin Version 6.5.2 -- 6 December 2019`. */
export const spinVersion = (): string => run('spin', ['-V'], tmpdir()).trim();

/**
 * Verifies a program to exhaustion, several times.
 *
 * @param seconds CPU time to spend on the runs of each verifier
 * @throws Error if Spin cannot translate or the compiler compile it, or the search is cut off
 */
export function runSpin(program: SpinProgram, size: number, seconds: number): SpinRun {
  const sources = join(packageRoot(), 'scripts', 'bench', 'promela');
  const folder = mkdtempSync(join(tmpdir(), 'spin-'));
  try {
    run('spin', ['-a', `-DN=${size}`, join(sources, `${program}.pml`)], folder);
    const verifiers = (['-O2', '-O3'] as const).map((level) => {
      const wrapped = ['times', 'sysconf'].map((name) => `-Wl,--wrap=${name}`);
      const files = ['-o', `pan${level}`, 'pan.c', join(sources, 'clock.c')];
      run('gcc', [level, ...COMPILED, ...wrapped, ...files], folder);
      return join(folder, `pan${level}`);
    });
    const usual = best(verifiers[0]!, USUAL_TABLE, seconds);
    const fitting = Math.ceil(Math.log2(usual.states)) + 1;
    const fitted = verifiers.map((verifier) => best(verifier, fitting, seconds));
    return {
      states: usual.states,
      transitions: usual.transitions,
      verifierSeconds: Math.min(usual.seconds, ...fitted.map((each) => each.seconds)),
      usualSeconds: usual.seconds,
      processSeconds: usual.processSeconds,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface VerifierRun {
  readonly states: number;
  readonly transitions: number;
  readonly seconds: number;
  readonly processSeconds: number;
}

/** Each has a process of its own, so that of the very short ones there are no more. */
const MOST_RUNS = 20;

/** The least times of several runs. */
function best(verifier: string, table: number, seconds: number): VerifierRun {
  let found = verify(verifier, table);
  let spent = found.seconds;
  for (let runs = 1; runs < MOST_RUNS && spent < seconds; runs++) {
    const next = verify(verifier, table);
    spent += next.seconds;
    found = {
      ...found,
      seconds: Math.min(found.seconds, next.seconds),
      processSeconds: Math.min(found.processSeconds, next.processSeconds),
    };
  }
  return found;
}

function verify(verifier: string, table: number): VerifierRun {
  const began = process.hrtime.bigint();
  // -E: a deadlock is an end like any other; -c0: go on after any error.
  const report = run(verifier, ['-E', '-c0', '-m100000', `-w${table}`], dirname(verifier));
  const processSeconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (/search depth too small|out of memory/.test(report)) {
    throw new Error('spin: the search was cut off');
  }
  if (!report.includes('+ Partial Order Reduction')) {
    throw new Error('spin: the verifier does not reduce');
  }
  return {
    states: figure(report, /([\d.e+]+) states, stored/),
    transitions: figure(report, /([\d.e+]+) transitions/),
    seconds: figure(report, /elapsed time ([\d.e+-]+) seconds/),
    processSeconds,
  };
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`spin: ${command} failed: ${(stderr || stdout).trim()}`);
  return stdout;
}

function figure(report: string, pattern: RegExp): number {
  const match = pattern.exec(report);
  if (match === null) throw new Error(`spin: the verifier's report has no ${pattern}`);
  return Number(match[1]);
}
