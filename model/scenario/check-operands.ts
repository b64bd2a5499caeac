/** Whether what a scenario's operations name is there: also where no execution comes to them. */
import type { Action, AddressRange, Operation, Scenario } from './ast';
import { RESERVED } from './condition-check';
import { isKswapd } from './labels';
import { allActions, fileOf, mapsUnlinked, wordOf, type Layout } from './layout';
import { nearest } from './nearest';
import { operationSpec, requireProcess } from './operations';
import { valueFault, WORD } from './operations/values';
import { extentOf, fault, numberArgument, numberOption, type Place } from './world';

/** @throws ScenarioError at the first operation that names what there is not */
export function checkOperands(scenario: Scenario, layout: Layout): void {
  const actions = allActions(scenario);
  const mapped = actions.filter(({ operation }) => operation.verb === 'mmap');
  const known: Known = {
    processes: actingProcesses(scenario, actions),
    files: filesOf(mapped),
    regular: filesOf(mapped.filter(({ operation }) => REGULAR.test(wordOf(operation, 1)))),
  };
  for (const { actor, operation } of actions) {
    const place: Place = { process: actor.process, layout, operation };
    requireProcess(place);
    checkNames(place, known);
    for (const range of addressesOf(operation)) checkAddress(place, range, known);
    if (operation.verb === 'mmap') checkFile(place);
    if (operation.verb === 'balance' && isKswapd(actor)) checkUrgency(place);
  }
}

interface Known {
  /** Processes that do something, or that a fork makes. */
  readonly processes: readonly string[];
  /** Files that are mapped. */
  readonly files: readonly string[];
  /** Those of a disk or of tmpfs. */
  readonly regular: readonly string[];
}

const REGULAR = /file|tmpfs/;

const filesOf = (mapped: readonly Action[]): string[] => [
  ...new Set(mapped.flatMap(({ operation }) => fileOf(operation) ?? [])),
];

function actingProcesses(scenario: Scenario, actions: readonly Action[]): string[] {
  const actors = [...scenario.threads, ...actions].flatMap(({ actor }) => actor.process ?? []);
  const forks = actions.filter(({ operation }) => operation.verb === 'fork');
  return [...new Set([...actors, ...forks.map(({ operation }) => wordOf(operation, 0))])];
}

function checkNames(place: Place, { processes, files, regular }: Known): void {
  const { operation, layout } = place;
  const { verb, options, result } = operation;
  if (result !== undefined && RESERVED.includes(result)) {
    throw fault(place, `'${result}' means something else in conditions; call the result otherwise`);
  }
  if (options['pid'] !== undefined) require(place, 'process', options['pid'], processes);
  const [first] = operationSpec(verb)!.args;
  if (typeof first !== 'object') return;
  const name = wordOf(operation, 0);
  if (first.called === 'file') {
    require(place, 'mapped file', name, files);
    if (!regular.includes(name)) throw fault(place, `${name} is no file of a disk or of tmpfs`);
  }
  if (first.called === 'pin' && !layout.handles.includes(name)) {
    throw fault(place, `nothing is pinned as '${name}'${nearest(name, layout.handles)}`);
  }
}

function require(place: Place, what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw fault(place, `no ${what} is called '${name}'${nearest(name, known)}`);
}

function checkAddress(place: Place, range: AddressRange, { processes }: Known): void {
  const { verb } = place.operation;
  if (range.process !== undefined) require(place, 'process', range.process, processes);
  const { start, end } = extentOf(place, range);
  if (verb === 'write') checkLargest(place, range);
  if (verb === 'remap-file-pages') checkFilePages(place, numberArgument(place, 1) + end - start);
}

const addressesOf = ({ verb, args }: Operation): AddressRange[] =>
  args.flatMap((argument, index) => {
    const isAddress = operationSpec(verb)!.args[index] === 'address';
    return isAddress && argument.kind === 'address' ? [argument.value] : [];
  });

function checkFile(place: Place): void {
  const { operation, layout } = place;
  const { file, pgoff, prot } = operation.options;
  const { pages } = layout.areas.get(wordOf(operation, 0))!;
  if (wordOf(operation, 1) === 'vdso' && prot !== undefined) {
    throw fault(place, `prot=${prot}: the kernel maps the vdso, as rx; use mprotect afterwards`);
  }
  if (mapsUnlinked(operation)) return checkUnlinked(place, pages);
  if (fileOf({ ...operation, options: {} }) === undefined) {
    if (file === undefined) return;
    throw fault(place, `file=${file}: a ${wordOf(operation, 1)} mapping has no file`);
  }
  checkFilePages(place, Number(pgoff ?? 0) + pages);
}

/** mm/shmem.c shmem_zero_setup makes the file, as long as the mapping; it begins with the file's page 0. */
function checkUnlinked(place: Place, pages: number): void {
  const { file, size } = place.operation.options;
  if (file !== undefined) {
    throw fault(place, `file=${file}: each mmap of shared-anon makes a new file; fork shares it`);
  }
  if (size !== undefined) {
    throw fault(place, `size=${size}: the file of shared-anon is as long as the mapping`);
  }
  checkFilePages(place, pages);
}

/** The model has room for so many pages of each file, and no check of its own. */
function checkFilePages(place: Place, end: number): void {
  const { filePages } = place.layout.config;
  if (end <= filePages) return;
  const more = `raise option filePages, now ${filePages}`;
  throw fault(place, `page ${end - 1} of the file is more than there is room for; ${more}`);
}

/** mm/vmscan.c balance_pgdat never comes to priority 0. */
function checkUrgency(place: Place): void {
  if (numberOption(place, 'priority', 1) > 0) return;
  throw fault(place, 'kswapd stops at priority 1; let a process reclaim, as in P0: balance');
}

/** With step= the values grow from page to page. */
function checkLargest(place: Place, range: AddressRange): void {
  const { start, end } = extentOf(place, range);
  const last = numberArgument(place, 1) + (end - start - 1) * numberOption(place, 'step', 0);
  const wrong = valueFault(String(last), 'the last value', WORD);
  if (wrong !== undefined) throw fault(place, wrong);
}
