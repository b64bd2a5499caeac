/** Where a scenario's mappings lie, and how large a kernel it needs: fixed before anything runs. */
import { configFault, defaultConfig, type KernelConfig } from '../state/config';
import { SCENARIO_WORDS } from '../state/kernel';
import { ScenarioError, type Action, type Actor, type Operation, type Scenario } from './ast';
import { nearest } from './nearest';

/** A mapping by its name: pages `start .. start + pages - 1` in every process that has it. */
export interface Area {
  readonly name: string;
  readonly start: number;
  readonly pages: number;
}

export interface Layout {
  /** The file that errors are reported in. */
  readonly file: string;
  readonly config: KernelConfig;
  readonly areas: ReadonlyMap<string, Area>;
  /** Process names; the index is the mm slot. */
  readonly processes: readonly string[];
  /** Processes that only exist once another one has forked them. */
  readonly forked: ReadonlySet<string>;
  /** File names; the index is the address_space slot. Unlinked ones come behind those that have a name. */
  readonly files: readonly string[];
  /** The slot of the file that each mmap of shared anonymous memory makes. */
  readonly unlinked: ReadonlyMap<Operation, number>;
  /** Names of pins, as in `pin a as=h`; the index is the scenario word. */
  readonly handles: readonly string[];
  /** Names that are posted. */
  readonly posts: readonly string[];
}

/** Every operation of a scenario with who runs it, in the order of the text. */
export function allActions(scenario: Scenario): Action[] {
  const threads = scenario.threads.flatMap(({ actor, operations }) =>
    operations.map((operation) => ({ actor, operation })),
  );
  return [...scenario.setup, ...threads, ...scenario.after];
}

/** Lays a scenario out. @throws ScenarioError for names that clash or do not exist. */
export function layOut(scenario: Scenario, file = scenario.name): Layout {
  const actions = allActions(scenario);
  const areas = placeAreas(scenario, actions, file);
  const processes = processNames(scenario, actions);
  const forked = forkedProcesses(actions, file);
  const { files, unlinked } = filesOf(actions);
  const handles = unique(actions.flatMap((a) => a.operation.options['as'] ?? []));
  const posts = postedNames(actions, file);
  const words = handles.length + processes.length + scenario.threads.length + posts.length;
  if (words > SCENARIO_WORDS) {
    throw new ScenarioError(
      file,
      undefined,
      `${words} pins, processes, threads and posted names in all; use at most ${SCENARIO_WORDS}`,
    );
  }
  const found = { areas, processes, files };
  const config = deriveConfig(scenario, found);
  checkSizes(config, { ...found, cpus: cpusOf(scenario) }, file);
  return { file, config, areas, processes, forked, files, unlinked, handles, posts };
}

/** What is posted. @throws ScenarioError for a name that is waited for and that nobody posts */
function postedNames(actions: readonly Action[], file: string): string[] {
  const namesOf = (verb: string): readonly (readonly [string, Operation])[] =>
    actions
      .filter(({ operation }) => operation.verb === verb)
      .map(({ operation }) => [wordOf(operation, 0), operation]);
  const posted = unique(namesOf('post').map(([name]) => name));
  for (const [name, { position }] of namesOf('wait')) {
    if (posted.includes(name)) continue;
    const reason = `nobody posts '${name}', so that this waits for ever${nearest(name, posted)}`;
    throw new ScenarioError(file, position, reason);
  }
  return posted;
}

/** Every mmap of shared anonymous memory has a slot of its own, so that no two are ever the same file. */
function filesOf(actions: readonly Action[]): Pick<Layout, 'files' | 'unlinked'> {
  const files = unique(actions.flatMap((a) => fileOf(a.operation) ?? []));
  const unlinked = new Map<Operation, number>();
  for (const { operation } of actions.filter((a) => mapsUnlinked(a.operation))) {
    const name = `file_${wordOf(operation, 0)}`;
    const before = [...unlinked.keys()].filter(
      (other) => wordOf(other, 0) === wordOf(operation, 0),
    );
    unlinked.set(operation, files.length);
    files.push(before.length === 0 ? name : `${name}#${before.length + 1}`);
  }
  return { files, unlinked };
}

/** Whether an operation makes a file that has no name (mm/shmem.c shmem_zero_setup). */
export const mapsUnlinked = (operation: Operation): boolean =>
  operation.verb === 'mmap' && wordOf(operation, 1) === 'shared-anon';

/** The file that an operation names or implies: every mapping of a named file has one of its own. */
export function fileOf(operation: Operation): string | undefined {
  if (operation.options['file'] !== undefined) return operation.options['file'];
  if (operation.verb === 'truncate' || operation.verb === 'invalidate') return wordOf(operation, 0);
  if (operation.verb !== 'mmap') return undefined;
  const kind = wordOf(operation, 1);
  const backed = /file|tmpfs|shm|hugetlb|zero|pfn/.test(kind);
  return backed ? `file_${wordOf(operation, 0)}` : undefined;
}

/** Text of an argument, whatever it looks like; empty if it is missing. */
export function wordOf(operation: Operation, index: number): string {
  const argument = operation.args[index];
  if (argument === undefined) return '';
  return argument.kind === 'address' ? argument.value.area : String(argument.value);
}

function placeAreas(scenario: Scenario, actions: Action[], file: string): Map<string, Area> {
  const huge = scenario.options.hugePages ?? defaultConfig.hugePages;
  const areas = new Map<string, Area>();
  // Page 0 stays unmapped, and a hole after every mapping keeps neighbours from being merged.
  let next = 1;
  for (const { operation } of actions) {
    const declared = declaration(operation, areas, file);
    if (declared === undefined) continue;
    const { name, pages } = declared;
    const known = areas.get(name);
    if (known !== undefined) {
      if (known.pages === pages) continue;
      throw new ScenarioError(
        file,
        operation.position,
        `mapping '${name}' has ${known.pages} pages elsewhere`,
      );
    }
    const { at, after, align } = operation.options;
    let start = next;
    if (align === 'huge') start = Math.ceil(next / huge) * huge;
    if (at !== undefined) start = pageNumber(at, 'at', operation, file);
    if (after !== undefined) {
      const before = areas.get(after);
      if (before === undefined) {
        throw new ScenarioError(
          file,
          operation.position,
          `after=${after}: no mapping '${after}' before this line`,
        );
      }
      start = before.start + before.pages;
    }
    areas.set(name, { name, start, pages });
    next = Math.max(next, start + pages + 1);
  }
  return areas;
}

/** @throws ScenarioError for what is no number of a page */
function pageNumber(
  given: string | number,
  what: string,
  { verb, position }: Operation,
  file: string,
): number {
  const pages = Number(given);
  if (given !== '' && Number.isInteger(pages) && pages >= 0) return pages;
  throw new ScenarioError(file, position, `${verb}: ${what} is a whole number, not '${given}'`);
}

function declaration(
  operation: Operation,
  areas: Map<string, Area>,
  file: string,
): { name: string; pages: number } | undefined {
  if (operation.verb === 'mmap') {
    const given = operation.args[2];
    const pages = given?.kind === 'number' ? pageNumber(given.value, 'PAGES', operation, file) : 1;
    return { name: wordOf(operation, 0), pages };
  }
  if (operation.verb === 'mremap') {
    const from = areas.get(wordOf(operation, 0));
    if (from === undefined) {
      throw new ScenarioError(
        file,
        operation.position,
        `mremap: no mapping '${wordOf(operation, 0)}'`,
      );
    }
    return { name: operation.options['to'] ?? '', pages: from.pages };
  }
  return undefined;
}

/** A process is born once, of another one. */
function forkedProcesses(actions: readonly Action[], file: string): Set<string> {
  const forked = new Set<string>();
  for (const { actor, operation } of actions) {
    if (operation.verb !== 'fork') continue;
    const child = wordOf(operation, 0);
    if (forked.has(child) || child === actor.process) {
      const why = forked.has(child) ? 'another fork makes it too' : 'a process cannot make itself';
      throw new ScenarioError(
        file,
        operation.position,
        `fork: ${why}; name a process that is not there yet`,
      );
    }
    forked.add(child);
  }
  return forked;
}

function processNames(scenario: Scenario, actions: Action[]): string[] {
  const named = actions.flatMap(({ actor, operation }) => [
    ...(actor.process === undefined ? [] : [actor.process]),
    ...(operation.verb === 'fork' ? [wordOf(operation, 0)] : []),
    ...operation.args.flatMap((arg) =>
      arg.kind === 'address' && arg.value.process !== undefined ? [arg.value.process] : [],
    ),
  ]);
  const threads = scenario.threads.flatMap(({ actor }) => actor.process ?? []);
  return unique([...named, ...threads]).sort();
}

/** Operations that try again and again to move a page. */
const MOVES_PAGES = /^(migrate|soft-offline)$/;

/**
 * Frames that tries to move a page keep from the next one: mm/migrate.c unmap_and_move puts the new
 * page of a try that failed on the LRU, so into the CPU's pagevec. Real memory has these to spare; where
 * it had not, a migration that is refused would seem to be out of memory.
 */
function pagevecFrames(scenario: Scenario, cpus: number): number {
  if (!allActions(scenario).some(({ operation }) => MOVES_PAGES.test(operation.verb))) return 0;
  const { nodes, pagevecSize } = { ...defaultConfig, ...scenario.options };
  return nodes * cpus * pagevecSize;
}

/** A CPU for each thread, and those that actors name. */
function cpusOf(scenario: Scenario): number {
  const actors: Actor[] = [...scenario.threads, ...scenario.setup, ...scenario.after].map(
    (x) => x.actor,
  );
  return Math.max(1, scenario.threads.length, ...actors.map((a) => (a.cpu ?? 0) + 1));
}

const endOf = (areas: ReadonlyMap<string, Area>): number =>
  Math.max(1, ...[...areas.values()].map((area) => area.start + area.pages));

/** Refuses options that leave no room for what the scenario names, and what no machine has room for. */
function checkSizes(
  config: KernelConfig,
  found: Pick<Layout, 'areas' | 'processes' | 'files'> & { readonly cpus: number },
  file: string,
): void {
  const { areas, processes, files, cpus } = found;
  const refuse = (reason: string): never => {
    throw new ScenarioError(file, undefined, reason);
  };
  for (const option of Object.keys(config) as (keyof KernelConfig)[]) {
    const wanted = configFault(option, config[option]);
    if (wanted === undefined) continue;
    refuse(`it needs option ${option} to be ${config[option]}, and not ${wanted}; map less`);
  }
  const needed = {
    cpus,
    processes: processes.length,
    pages: endOf(areas),
    files: files.length,
  } as const;
  for (const option of ['cpus', 'processes', 'pages', 'files'] as const) {
    if (config[option] >= needed[option]) continue;
    refuse(
      `option ${option} is ${config[option]}, and the scenario needs ${needed[option]}; ` +
        'raise it, or leave it out',
    );
  }
}

function deriveConfig(
  scenario: Scenario,
  found: { areas: Map<string, Area>; processes: string[]; files: readonly string[] },
): KernelConfig {
  const { areas, processes, files } = found;
  const base = { ...defaultConfig, ...scenario.options };
  const cpus = cpusOf(scenario);
  const extents = [...areas.values()];
  const pages = Math.ceil((endOf(areas) + 1) / base.hugePages) * base.hugePages;
  const mapped = extents.reduce((sum, area) => sum + area.pages, 0);
  const vmas = (extents.length * 3 + 1) * Math.max(1, processes.length);
  const derived = {
    cpus,
    processes: Math.max(1, processes.length),
    pages,
    vmas,
    anonVmas: vmas,
    files: Math.max(1, files.length),
    filePages: Math.max(1, ...extents.map((area) => area.pages)) + 8,
    // Each page once for each process, a copy in flight on each CPU, its file page, some to spare.
    frames: 8 + 2 * cpus + mapped * (processes.length + 1) + pagevecFrames(scenario, cpus),
    swapSlots: Math.max(4, mapped * 2),
  };
  return { ...base, ...derived, ...scenario.options };
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
