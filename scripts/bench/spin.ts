/** Runs Spin's verifier on Promela versions of the benchmark programs, where Spin is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

export interface SpinRun {
  /** States that the verifier stored, with its partial-order reduction. */
  readonly states: number;
  readonly transitions: number;
  /** What the verifier says that its search took. It says 0 below a hundredth of a second. */
  readonly verifierSeconds: number;
  /** What its process took from start to end, the allocation of its tables included. */
  readonly processSeconds: number;
}

/** Whether `spin` and a C compiler are on the path. */
export function hasSpin(): boolean {
  return ['spin', 'gcc'].every((tool) => spawnSync(tool, ['--version']).error === undefined);
}

/**
 * Verifies a program to exhaustion.
 *
 * @throws Error if Spin cannot translate or the compiler compile it, or the search is cut off
 */
export function runSpin(program: SpinProgram, size: number): SpinRun {
  const source = join(packageRoot(), 'scripts', 'bench', 'promela', `${program}.pml`);
  if (!existsSync(source)) throw new Error(`spin: there is no ${source}`);
  const folder = mkdtempSync(join(tmpdir(), 'spin-'));
  try {
    run('spin', ['-a', `-DN=${size}`, source], folder);
    // Safety only: nothing here has claims about what happens infinitely often.
    run('gcc', ['-O2', '-w', '-DSAFETY', '-DMEMLIM=4096', '-o', 'pan', 'pan.c'], folder);
    const began = process.hrtime.bigint();
    // -E: a deadlock is an end like any other; -c0: go on after any error.
    const report = run('./pan', ['-E', '-c0', '-m100000', '-w24'], folder);
    const processSeconds = Number(process.hrtime.bigint() - began) / 1e9;
    if (/search depth too small|out of memory/.test(report)) {
      throw new Error(`spin: the search of ${program}(${size}) was cut off`);
    }
    return {
      states: figure(report, /([\d.e+]+) states, stored/),
      transitions: figure(report, /([\d.e+]+) transitions/),
      verifierSeconds: figure(report, /elapsed time ([\d.e+]+) seconds/),
      processSeconds,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
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
