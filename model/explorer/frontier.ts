/**
 * What is left of an exploration that is shared: a tree of states whose branches have been explored, or
 * are left to units, in a fixed order. A unit takes it for granted that the branches before its own
 * are or will be explored: they sleep in it. So units do not wait for one another, and each trace is
 * one unit's: that of the first branch, in order, that can begin it.
 *
 * What a unit's races require of a state before it comes back as sequences, whole ones, as the unit does not
 * know all branches that they meet. One that a later branch of that state can begin is handed on to the state
 * that the branch leads to, and so on, until it ends or none can: there it is a new last branch. A state in
 * which nothing sleeps whose branch is still under way needs no such help, as its own races have asked for
 * all that follows from it; it is forgotten once it has been explored. The others are kept (open-states.ts).
 * A branch that is unguided sees to all that it can begin. It stays one unit, so that of no state behind it
 * anything is asked.
 */
import { chain, childrenOf, countTrees, treesIn, type Forest, type StepDocument } from './forest';
import type { NodeDocument } from './nodes';
import type { BranchBehind } from './open-states';
import type { OutcomeDocument } from './outcome-counts';
import { after, insert, sequencesOf, type Sequence } from './sequences';
import { addCounts, allOf, NO_COUNTS, type Counts, type UnitResult } from './unit';

/** All that is left of a branch: a state with branches of its own, a unit, or nothing. */
export type Part = State | Unit | null;

interface State {
  readonly branches: Branch[];
}

interface Branch {
  readonly step: StepDocument;
  /** Whether it stands for all that its step can begin; what comes of it is one unit then, for good. */
  readonly unguided: boolean;
  part: Part;
}

/** A part that is explored by one search. All but `path` is of the current round. */
export interface Unit {
  /** Where the search stands, from the unit's first state on; see {@link UnitResult}. */
  path: readonly NodeDocument[];
  ended: boolean;
  /** Whether it has run at all; until then more can be asked of its first state. */
  begun: boolean;
  /** Executions that it is still to run. */
  left: number;
  counts: Counts;
  outcomes: OutcomeDocument[];
  /** What its races require of each state before it, from the first on. */
  asked: readonly Forest[];
}

/** A unit and the way to it: at each state, the branch to take. */
export interface PlacedUnit {
  readonly unit: Unit;
  readonly trail: readonly { readonly state: State; readonly index: number }[];
}

export function newUnit(pending: number[] = []): Unit {
  const path = [{ sleep: [], pending }];
  return { path, ended: false, begun: false, left: 0, counts: NO_COUNTS, outcomes: [], asked: [] };
}

const isUnit = (part: State | Unit): part is Unit => 'path' in part;

/** The units of a part, in their order. */
export function unitsOf(part: Part, trail: PlacedUnit['trail'] = []): PlacedUnit[] {
  if (part === null) return [];
  if (isUnit(part)) return [{ unit: part, trail }];
  return part.branches.flatMap((branch, index) =>
    unitsOf(branch.part, [...trail, { state: part, index }]),
  );
}

/** The path to where a unit stands, with what was asked of the states before it. */
export function nodesOf({ unit, trail }: PlacedUnit): NodeDocument[] {
  const before = trail.map(({ state, index }, i) => ({
    step: state.branches[index]!.step,
    ...(state.branches[index]!.unguided && { unguided: true as const }),
    sleep: state.branches.slice(0, index).map(asleepBefore),
    pending: [...(unit.asked[i] ?? [])],
  }));
  return [...before, ...unit.path];
}

/** A branch as what comes after it needs to know it: whether it is open. */
const asleepBefore = ({ step, part }: Branch): BranchBehind => ({
  step,
  part: part === null ? null : { branches: [] },
});

/** Puts to a unit what has come of running it. */
export function putResult(unit: Unit, { counts, outcomes, ended, path, asked }: UnitResult): void {
  unit.counts = addCounts(unit.counts, counts);
  unit.outcomes.push(...outcomes);
  unit.left -= allOf(counts);
  unit.begun = true;
  unit.ended = ended;
  unit.path = path;
  unit.asked = asked;
}

/** Puts what units asked for to the states that it was asked of, and forgets what is over. */
export function settle(root: Part): Part {
  const asked = unitsOf(root).flatMap(({ unit, trail }) =>
    trail.flatMap(({ state }, i) =>
      sequencesOf(unit.asked[i] ?? []).map((sequence) => ({ state, sequence })),
    ),
  );
  const part = withoutEnded(root);
  for (const { state, sequence } of asked) askState(state, sequence);
  return forget(part, { live: false });
}

/** Makes states of the units that have ended, as something may still be asked of them. */
function withoutEnded(part: Part): Part {
  if (part === null) return null;
  if (isUnit(part)) {
    if (!part.ended) return part;
    return part.path.length === 0 ? null : split(part);
  }
  for (const branch of part.branches) {
    const isOver = branch.unguided && isEnded(branch.part);
    branch.part = isOver ? null : withoutEnded(branch.part);
  }
  return part;
}

const isEnded = (part: Part): boolean => part !== null && isUnit(part) && part.ended;

function askState(state: State, sequence: Sequence): void {
  if (sequence.length === 0) return;
  for (const branch of state.branches) {
    const rest = after(branch.step, sequence);
    if (rest === undefined) continue;
    if (!branch.unguided) branch.part = askPart(branch.part, rest);
    return;
  }
  const [step, ...rest] = sequence;
  state.branches.push({ step: step!, unguided: false, part: newUnit(chain(rest)) });
}

/** @returns what the part has become */
function askPart(part: Part, sequence: Sequence): Part {
  if (part === null) return null;
  if (isUnit(part)) return part.begun ? askUnit(part, sequence) : askNewUnit(part, sequence);
  askState(part, sequence);
  return part;
}

/** Adds to what a unit begins with; with nothing prescribed it explores everything. */
function askNewUnit(unit: Unit, sequence: Sequence): Unit {
  const { pending } = unit.path[0]!;
  if (pending.length > 0) insert(pending, sequence);
  return unit;
}

/** Asks a unit that has run: of the state on its path, or behind it, that the sequence leads to. */
function askUnit(unit: Unit, sequence: Sequence): Part {
  const [node, ...below] = unit.path as [NodeDocument, ...NodeDocument[]];
  const behind = node.sleep.find(({ step }) => after(step, sequence) !== undefined);
  if (behind !== undefined) {
    if (behind.part === null) return unit;
    const state = split(unit);
    askState(state, sequence);
    return state;
  }
  const rest = node.step === undefined ? undefined : after(node.step, sequence);
  if (rest === undefined) {
    insert(node.pending, sequence);
    return unit;
  }
  if (node.unguided) return unit;
  const part = askUnit({ ...unit, path: below }, rest);
  if (part !== null && isUnit(part)) {
    unit.path = [node, ...part.path];
    return unit;
  }
  const state = split(unit);
  state.branches[node.sleep.length]!.part = part;
  return state;
}

/** Forgets branches that have been explored, where nobody is left who could ask anything of them. */
function forget(part: Part, before: { live: boolean }): Part {
  if (part === null) return null;
  if (isUnit(part)) {
    if (!before.live) part.path = part.path.map(closed);
    before.live = true;
    return part;
  }
  for (const branch of part.branches) branch.part = forget(branch.part, before);
  return before.live ? part : null;
}

const closed = (node: NodeDocument): NodeDocument => ({
  ...node,
  sleep: node.sleep.map(({ step }) => ({ step, part: null })),
});

/** Splits units, those with branches nearest to the root first, until there are enough, or none can be. */
export function splitInto(root: Part, enough: number): Part {
  let part = root;
  for (;;) {
    const units = unitsOf(part);
    if (units.length >= enough) return part;
    const best = shallowest(units.filter(canBeSplit));
    if (best === undefined) return part;
    const state = split(best.unit);
    const parent = best.trail.at(-1);
    if (parent === undefined) part = state;
    else parent.state.branches[parent.index]!.part = state;
  }
}

const canBeSplit = ({ unit, trail }: PlacedUnit): boolean =>
  branchesOf(unit) > 1 && !trail.some(({ state, index }) => state.branches[index]!.unguided);

const branchesOf = ({ path }: Unit): number =>
  path.reduce((sum, { pending }) => sum + countTrees(pending), 0);

function shallowest(units: readonly PlacedUnit[]): PlacedUnit | undefined {
  const depth = ({ unit, trail }: PlacedUnit): number =>
    trail.length + unit.path.findIndex(({ pending }) => pending.length > 0);
  return units.reduce<PlacedUnit | undefined>(
    (best, each) => (best === undefined || depth(each) < depth(best) ? each : best),
    undefined,
  );
}

/** Makes a state of a unit's first node. */
function split({ path }: Unit): State {
  const [{ sleep, step, unguided = false, pending }, ...rest] = path as [
    NodeDocument,
    ...NodeDocument[],
  ];
  const branches = sleep.map(branchOf);
  if (step !== undefined) {
    branches.push({ step, unguided, part: { ...newUnit(), path: rest, begun: true } });
  }
  for (const tree of treesIn(pending)) {
    const { step, unguided } = tree;
    branches.push({ step, unguided, part: newUnit(childrenOf(pending, tree)) });
  }
  return { branches };
}

function branchOf({ step, part }: BranchBehind): Branch {
  const state = part === null ? null : { branches: part.branches.map(branchOf) };
  return { step, unguided: false, part: state };
}

/**
 * The share of a part that lies behind, each branch of a state weighed alike. Branches that are not yet
 * known are missing, so it tends to be high.
 */
export function shareBehind(part: Part): number {
  if (part === null) return 1;
  if (isUnit(part)) return shareOfPath(part.path);
  if (part.branches.length === 0) return 1;
  const sum = part.branches.reduce((total, branch) => total + shareBehind(branch.part), 0);
  return sum / part.branches.length;
}

function shareOfPath(path: readonly NodeDocument[]): number {
  let behind = 0;
  let weight = 1;
  for (const { sleep, step, pending } of path) {
    const branches = sleep.length + (step === undefined ? 0 : 1) + countTrees(pending);
    if (branches === 0) break;
    behind += (weight * sleep.length) / branches;
    weight /= branches;
  }
  return path.length === 0 ? 1 : behind;
}
