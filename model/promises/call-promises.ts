/** What system calls answer, and that they leave the way open for others. */
import { wordOf } from '../scenario/layout';
import { printResult } from '../scenario/errno';
import type { Node } from './happens-before';
import { rangeOf } from './history';
import type { Breach, JudgedRun, KernelPromise } from './promise';

type Found = Omit<Breach, 'promise'>;

const EAGAIN = -11;
const EINVAL = -22;
const ENOMEM = -12;

const isAdvice = (node: Node, advice: string): boolean =>
  node.operation.verb === 'madvise' && wordOf(node.operation, 1) === advice;

/** Operations of the process on the same mapping that may change what the call meets. */
const others = (run: JudgedRun, call: Node, verb: RegExp): Node[] =>
  run.facts.nodes.filter(
    (node) =>
      node.actor.process === call.actor.process &&
      rangeOf(node.operation)?.area === rangeOf(call.operation)?.area &&
      verb.test(node.operation.verb),
  );

/** A process, and those whose memory it got by fork. */
function lineOf(run: JudgedRun, process: string | undefined): (string | undefined)[] {
  const fork = run.performed('fork').find(({ operation }) => wordOf(operation, 0) === process);
  return fork === undefined ? [process] : [process, ...lineOf(run, fork.actor.process)];
}

/** Whether the mapping may be elsewhere, in part or whole, by what the process or an ancestor did. */
function isMoved(run: JudgedRun, call: Node): boolean {
  const line = lineOf(run, call.actor.process);
  return run.facts.nodes.some(
    ({ actor, operation }) =>
      /^(munmap|mremap|remap-file-pages)$/.test(operation.verb) &&
      line.includes(actor.process) &&
      rangeOf(operation)?.area === rangeOf(call.operation)?.area,
  );
}

function kindOf(run: JudgedRun, call: Node): string | undefined {
  const area = rangeOf(call.operation)?.area;
  const made = run.facts.nodes.filter(
    ({ operation }) => operation.verb === 'mmap' && wordOf(operation, 0) === area,
  );
  return made.length === 1 ? wordOf(made[0]!.operation, 1) : undefined;
}

/** MADV_FREE on one whole mapping that nothing moves or unmaps. */
function* errnos(run: JudgedRun): Generator<Found> {
  if (run.broken) return;
  for (const call of run.performed('madvise').filter((node) => isAdvice(node, 'FREE'))) {
    const { options } = call.operation;
    if (options['start'] !== undefined || options['len'] !== undefined) continue;
    if (isMoved(run, call)) continue;
    const kind = kindOf(run, call);
    const result = run.facts.result(call);
    if (kind === undefined || typeof result !== 'number') continue;
    const locked = others(run, call, /^mlock$/);
    const unlocked = others(run, call, /^munlock$/);
    const surelyLocked =
      unlocked.length === 0 && locked.some((node) => run.order.isBefore(node, call));
    const refused = !['private-anon', 'stack'].includes(kind) || surelyLocked;
    // A kernel without the call refuses everything.
    const allowed = refused ? [EINVAL] : locked.length > 0 ? [0, EINVAL, ENOMEM] : [0, EINVAL];
    if (allowed.includes(result)) continue;
    const answer = printResult(result);
    yield {
      detail: `${answer} for ${surelyLocked ? 'locked' : kind} memory`,
      text: `${call.result}: madvise(MADV_FREE) answers ${answer}`,
    };
  }
}

/** What may take away access to memory, or poison it. */
const TAKES_ACCESS =
  /^(munmap|mremap|mprotect|truncate|invalidate|memory-failure|soft-offline|remap-file-pages)$/;

function* signals(run: JudgedRun): Generator<Found> {
  if (run.broken || run.judged.has('mmap') === false) return;
  const { readsFail, allocationsFail } = run.judged.scenario.options;
  if (readsFail === true || allocationsFail === true) return;
  const excused = run.facts.nodes.some(
    ({ operation }) =>
      TAKES_ACCESS.test(operation.verb) ||
      operation.options['prot'] !== undefined ||
      ['REMOVE', 'DONTFORK', 'HWPOISON', 'SOFT_OFFLINE'].includes(wordOf(operation, 1)),
  );
  if (excused) return;
  for (const node of run.facts.nodes) {
    const signal = run.facts.signal(node);
    const kind = signal === undefined ? undefined : kindOf(run, node);
    if (signal === undefined || kind !== 'private-anon') continue;
    yield {
      detail: `${signal} at a ${node.operation.verb}`,
      text: `${node.result} gets ${signal}`,
    };
  }
}

/** A process that memory failure finds with the page mapped, and that learns of it by a signal. */
function* poisonSignals(run: JudgedRun): Generator<Found> {
  if (run.broken) return;
  if (!run.judged.has('memory-failure')) return;
  for (const node of run.facts.nodes) {
    if (run.facts.signal(node) !== 'SIGKILL') continue;
    yield { detail: 'SIGKILL', text: `${node.result} gets SIGKILL where SIGBUS is due` };
  }
}

/** Whether a page can be expected to have one user and nothing that holds it. */
function isPlain(run: JudgedRun): boolean {
  const { judged } = run;
  const held = judged.layout.handles.length > 0 || judged.has('fork', 'ksm-scan', 'mlock');
  return !held && !judged.has('memory-failure', 'soft-offline', 'swapoff', 'munmap', 'mremap');
}

function* movable(run: JudgedRun): Generator<Found> {
  if (run.broken || !isPlain(run)) return;
  for (const node of run.performed('migrate')) {
    const result = Number(run.facts.result(node));
    // EAGAIN after all passes.
    if (!run.order.isAlone(node) || result !== EAGAIN) continue;
    const answer = printResult(result);
    yield {
      detail: 'not moved',
      text: `${node.result}: a page with one user is not moved (${answer})`,
    };
  }
}

/** More rounds of pressure than any page needs: reclaim-until-gone gives up after them. */
const ROUNDS = 8;

/** Whether a later read finds more than zeroes: the zero page does not go away by pressure. */
function hasContents(run: JudgedRun, node: Node): boolean {
  const area = rangeOf(node.operation)?.area;
  return run.performed('read').some((read) => {
    const result = run.facts.result(read);
    const same = rangeOf(read.operation)?.area === area && run.order.isBefore(node, read);
    return same && result !== undefined && result !== 0;
  });
}

function* reclaimable(run: JudgedRun): Generator<Found> {
  if (run.broken || !isPlain(run)) return;
  for (const node of run.performed('reclaim-until-gone')) {
    if (!run.order.isAlone(node) || run.facts.result(node) !== ROUNDS) continue;
    if (run.outcome.system.freeSwap === 0 || !hasContents(run, node)) continue;
    yield {
      detail: 'stays',
      text: `${node.result}: a page stays through all pressure`,
    };
  }
}

const WHEN_PLAIN =
  'Said of operations that nothing runs beside, in scenarios without pins, fork, KSM, mlock and memory ' +
  'failure.';

export const callPromises: readonly KernelPromise[] = [
  {
    id: 'errnos',
    text:
      'madvise(MADV_FREE) answers 0 for private anonymous memory and EINVAL for locked, file and ' +
      'other memory.',
    source: 'madvise(2) ERRORS; mm/madvise.c madvise_dontneed (hunk 17)',
    concurrently:
      'Beside mlock or munlock of the same memory either answer is right. A kernel without the call ' +
      'answers EINVAL. Nothing is said where mappings are unmapped or moved.',
    judge: errnos,
  },
  {
    id: 'no-signal',
    text: 'An access to private anonymous memory that is mapped and allowed gets no signal.',
    source: 'mmap(2), arch/x86/mm/fault.c',
    concurrently:
      'Not said where anything unmaps, protects, truncates or poisons, or where reads and allocations ' +
      'may fail.',
    judge: signals,
  },
  {
    id: 'poison-sigbus',
    text: 'A process that had poisoned memory mapped gets SIGBUS, so that a handler can act.',
    source: 'Documentation/vm/hwpoison.txt "early kill"; mm/memory-failure.c kill_procs',
    concurrently:
      'Whatever runs beside the memory failure; SIGKILL is due only if it cannot be unmapped.',
    judge: poisonSignals,
  },
  {
    id: 'movable',
    text: 'A page with one user can be migrated.',
    source:
      'Documentation/vm/page_migration, mm/migrate.c move_pages; madvise never blocks it for ever',
    concurrently: WHEN_PLAIN,
    judge: movable,
  },
  {
    id: 'reclaimable',
    text: 'Memory pressure gets every private anonymous page out of memory while swap is free.',
    source: 'mm/vmscan.c; madvise never blocks it for ever',
    concurrently: WHEN_PLAIN,
    judge: reclaimable,
  },
];
