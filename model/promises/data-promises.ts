/** What reads return. */
import type { Node } from './happens-before';
import type { Cell, HistoryEvent } from './history';
import type { Breach, JudgedRun, KernelPromise } from './promise';

/** A value that a read must not return, with what it should have been. */
interface WrongValue {
  readonly read: Node;
  readonly cell: Cell;
  readonly got: number;
  readonly allowed: readonly number[];
  /** The last certain write that the read missed. */
  readonly missed: HistoryEvent | undefined;
  /** Whether the reader, or an ancestor before the fork, freed the page at any time before the read. */
  readonly asked: boolean;
}

function* wrongValues(run: JudgedRun): Generator<WrongValue> {
  if (run.broken) return;
  for (const read of run.performed('read')) {
    const values = valuesOf(run, read);
    if (values === undefined) continue;
    for (const [i, cell] of run.histories.cells(read).entries()) {
      if (!run.isOrdinary(cell)) continue;
      const wrong = judgeRead(run, read, cell, values(i));
      if (wrong !== undefined) yield wrong;
    }
  }
}

/** What a read returned for its i-th half page; undefined if it returned no values. */
function valuesOf(run: JudgedRun, read: Node): ((i: number) => number) | undefined {
  const result = run.facts.result(read);
  if (typeof result === 'number') return () => result;
  if (result === undefined || !/^[-\d ]+$/.test(result)) return undefined;
  const values = result.split(' ').map(Number);
  return (i) => values[i]!;
}

function judgeRead(run: JudgedRun, read: Node, cell: Cell, got: number): WrongValue | undefined {
  const { order, histories } = run;
  const events = histories.of(cell).filter(({ begin }) => !order.isBefore(read, begin));
  /** Whether a certain write comes between an event and the read. */
  const overwritten = (event: HistoryEvent): boolean =>
    events.some(
      (later) =>
        later.kind === 'write' &&
        later.certain &&
        histories.endsBefore(event, later.begin) &&
        histories.endsBefore(later, read),
    );
  const visible = events.filter((event) => !overwritten(event));
  const anyCertain = events.some(
    (e) => e.kind === 'write' && e.certain && histories.endsBefore(e, read),
  );
  const allowed = [...visible.map(({ value }) => value), ...(anyCertain ? [] : [0])];
  if (allowed.includes(got)) return undefined;
  const missed = visible.filter((e) => e.kind === 'write' && e.certain).at(-1);
  const asked = events.some(({ kind }) => kind === 'free');
  return { read, cell, got, allowed: [...new Set(allowed)].sort(), missed, asked };
}

function describe({ read, cell, got, allowed, missed }: WrongValue): string {
  const where = `${cell.process}:${cell.area}[${cell.page}].${cell.part === 0 ? 'lo' : 'hi'}`;
  const by = missed === undefined ? '' : `, last written by a ${routeName(missed)}`;
  return `${read.result} reads ${got} from ${where} instead of ${allowed.join(' or ')}${by}`;
}

const routeName = ({ route }: HistoryEvent): string =>
  ({
    store: 'store',
    device: 'device',
    ptrace: 'ptrace poke',
    process_vm_writev: 'process_vm_writev',
    zeroed: 'call that zeroes it',
  })[route];

/** Breaches of one kind; equal ones of a run are told once. */
function* breaches(
  run: JudgedRun,
  concerns: (wrong: WrongValue) => boolean,
  detail: (wrong: WrongValue) => string,
): Generator<Omit<Breach, 'promise'>> {
  for (const wrong of wrongValues(run)) {
    if (concerns(wrong)) yield { detail: detail(wrong), text: describe(wrong) };
  }
}

const isLoss = ({ got, missed }: WrongValue): boolean =>
  got === 0 && missed !== undefined && missed.route !== 'zeroed';

const CONCURRENTLY =
  'A write counts as last if no other write surely comes after it; writes and frees that run beside ' +
  'one another, or beside the read, may take effect in either order. A device writes from the pin to ' +
  'the unpin; one that is forked, freed or unmapped meanwhile is not promised to arrive. Nothing is ' +
  'said of shared and file memory, of poisoned pages, and of runs with a kernel fault.';

export const dataPromises: readonly KernelPromise[] = [
  {
    id: 'write-after-call',
    text: 'A write by any route that follows madvise(MADV_FREE) survives.',
    source:
      'madvise(2) MADV_FREE: "subsequent writes to pages in the range will succeed and then kernel ' +
      'cannot free those dirtied pages"',
    concurrently: CONCURRENTLY,
    judge: (run) =>
      breaches(
        run,
        (wrong) => isLoss(wrong) && wrong.asked,
        ({ missed }) => `a write by a ${routeName(missed!)} is lost`,
      ),
  },
  {
    id: 'bystander',
    text: 'A process that did not ask to free, nor an ancestor before the fork, loses nothing.',
    source:
      'fork(2): both memory spaces have the same content at the time of fork, and what one process ' +
      'does to its memory does not affect the other',
    concurrently: CONCURRENTLY,
    judge: (run) =>
      breaches(
        run,
        (wrong) => isLoss(wrong) && !wrong.asked,
        ({ missed }) => `a write by a ${routeName(missed!)} is lost`,
      ),
  },
  {
    id: 'last-write',
    text:
      'A read returns the last value written, or zero where the page was freed since then or never ' +
      'written.',
    source: 'mmap(2) MAP_ANONYMOUS "its contents are initialized to zero"; any program',
    concurrently: CONCURRENTLY,
    judge: (run) =>
      breaches(
        run,
        (wrong) => !isLoss(wrong),
        ({ missed }) =>
          missed?.route === 'zeroed' ? 'zeroed memory shows an old value' : 'another value',
      ),
  },
];
