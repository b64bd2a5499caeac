/** Scenarios of the memory management model to measure: one meeting, growing in three directions. */
import { NAMED_VARIANTS } from '../../model/features/variant';
import type { Scenario } from '../../model/scenario/ast';
import { parseScenario } from '../../model/scenario/parse';
import { ScenarioProgram } from '../../model/scenario/program';

export interface MeetingSize {
  readonly threads: number;
  /** Of each thread. */
  readonly operations: number;
  readonly pages: number;
}

/** What the threads do, one after the other. */
const OPERATIONS = ['write a 2', 'madvise a FREE', 'read a', 'madvise a DONTNEED'];

/** Threads that write, free, read and drop the same written pages at the same time. */
export function meetingScenario({ threads, operations, pages }: MeetingSize): Scenario {
  const thread = (t: number): string =>
    Array.from({ length: operations }, (_, k) => OPERATIONS[(t + k) % OPERATIONS.length]).join(
      ', ',
    );
  const text = [
    'scenario: meeting',
    'title: threads meet on the same pages',
    'source: made for the benchmark',
    'setup:',
    `  - P0: mmap a private-anon ${pages}`,
    '  - P0: write a 1',
    'threads:',
    ...Array.from({ length: threads }, (_, t) => `  P0/T${t}: [${thread(t)}]`),
  ].join('\n');
  return parseScenario(text, 'meeting.yaml');
}

/** The same on `fixed`, as a program. */
export function meeting(size: MeetingSize): ScenarioProgram {
  const { fixed } = NAMED_VARIANTS;
  return new ScenarioProgram(meetingScenario(size), (id) => fixed.has(id));
}

/** From a small one in each direction. */
export const MEETINGS: readonly MeetingSize[] = [
  { threads: 2, operations: 1, pages: 1 },
  { threads: 3, operations: 1, pages: 1 },
  { threads: 4, operations: 1, pages: 1 },
  { threads: 2, operations: 2, pages: 1 },
  { threads: 2, operations: 3, pages: 1 },
  { threads: 2, operations: 1, pages: 2 },
  { threads: 2, operations: 1, pages: 4 },
];
