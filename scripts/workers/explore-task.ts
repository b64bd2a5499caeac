/** The task of `run`, `diff` and `review`: units of explorations of one scenario on one variant each. */
import { setImmediate as turn } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { UnitRun, type UnitResult, type UnitTask } from '../../model/explorer/unit';
import type { SwitchId } from '../../model/features/hunk-id';
import { Variant } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import { ScenarioProgram } from '../../model/scenario/program';
import { Claims } from './claims';
import type { TaskContext } from './task';

export interface ExploreInput {
  /** What tells this program from others: the same text, the same program. */
  readonly identity: string;
  readonly scenario: Scenario;
  readonly file: string;
  readonly switches: readonly SwitchId[];
  /** Most steps of one execution. */
  readonly steps: number;
  readonly task: UnitTask;
}

/** Units that several threads share, written once for all of them. */
export interface SharedUnits {
  /** Memory of {@link Claims}. */
  readonly claims: SharedArrayBuffer;
  readonly units: readonly SharedArrayBuffer[];
}

/** Told by a thread while it has a unit: how far it is, and at last what has come of it. */
export interface UnitNews {
  readonly unit: number;
  readonly executions: number;
  readonly result?: UnitResult;
}

/** An error says of which unit it is. */
export interface UnitError {
  readonly unit?: number;
}

/** Between two looks at what else goes on in the thread: signals, clocks, other threads. */
const SLICE_MS = 50;
const REPORT_MS = 200;

/** Takes units while there are any, and explores them. */
export async function exploreUnits(
  { claims, units }: SharedUnits,
  { signal, report }: TaskContext,
): Promise<void> {
  const inputOf = (unit: number): ExploreInput => read(units[unit]!);
  const tell = (news: UnitNews): void => report({ done: news.executions, state: news });
  await exploreTaken(new Claims(claims, units.length), inputOf, signal, tell);
}

/** The same, wherever the units are. @throws what the program throws, with the number of the unit */
export async function exploreTaken(
  claims: Claims,
  inputOf: (unit: number) => ExploreInput,
  signal: TaskContext['signal'],
  tell: (news: UnitNews) => void,
): Promise<void> {
  for (;;) {
    await turn();
    if (signal.aborted) claims.close();
    const unit = claims.next();
    if (unit === undefined) return;
    try {
      const onProgress = (executions: number): void => tell({ unit, executions });
      const result = await exploreUnit(inputOf(unit), signal, onProgress);
      tell({ unit, executions: 0, result });
    } catch (error) {
      claims.close();
      throw Object.assign(error as Error, { unit } satisfies UnitError);
    }
  }
}

/** Explores in slices, so that it can be interrupted where it shares a thread with the command. */
async function exploreUnit(
  input: ExploreInput,
  signal: TaskContext['signal'],
  onProgress: (executions: number) => void,
): Promise<UnitResult> {
  const run = new UnitRun(programOf(input), input.task, input.steps);
  let reportAt = performance.now() + REPORT_MS;
  for (;;) {
    const end = performance.now() + SLICE_MS;
    const over = run.advance(() => signal.aborted || performance.now() > end);
    if (over || signal.aborted) return run.result();
    if (performance.now() > reportAt) {
      onProgress(run.executions);
      reportAt = performance.now() + REPORT_MS;
    }
    await turn();
  }
}

let last: { readonly identity: string; readonly program: ScenarioProgram } | undefined;

/** The program of a unit. The last one is kept, as the engine has compiled the model for its objects. */
function programOf({ identity, scenario, switches, file }: ExploreInput): ScenarioProgram {
  if (last?.identity === identity) return last.program;
  const variant = Variant.of(switches);
  const program = new ScenarioProgram(scenario, (id) => variant.has(id), file);
  last = { identity, program };
  return program;
}

/** Writes a unit for other threads. */
export function write(input: ExploreInput): SharedArrayBuffer {
  const bytes = serialize(input);
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

const read = (memory: SharedArrayBuffer): ExploreInput =>
  deserialize(new Uint8Array(memory).slice()) as ExploreInput;
