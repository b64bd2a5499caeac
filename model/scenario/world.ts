/** What an operation of a running scenario can refer to: its names, resolved to kernel objects. */
import type { Mm } from '../include/linux/mm_types';
import type { Ptr } from '../machine/struct';
import type { Cpu } from '../state/cpu';
import { kernel, SCENARIO_WORDS } from '../state/kernel';
import { ScenarioError, type AddressRange, type Operation } from './ast';
import { wordOf, type Area, type Layout } from './layout';
import { parseNumber, printAddress } from './operation-syntax';

/** Pages of one process. */
export interface Target {
  readonly process: string;
  readonly mm: Mm;
  /** First page, and the page after the last. */
  readonly start: number;
  readonly end: number;
  /** Parts of each page that are meant: [0], [1] or [0, 1]. */
  readonly parts: readonly number[];
}

/** Where an operation stands. */
export interface Place {
  /** The process that executes, or undefined for a kernel actor. */
  readonly process: string | undefined;
  readonly layout: Layout;
  readonly operation: Operation;
}

/** One operation in execution. */
export interface Context extends Place {
  readonly cpu: Cpu;
}

/** The mm of a process by name. */
export function mmOf(layout: Layout, process: string): Mm {
  return kernel.mmAt(layout.processes.indexOf(process));
}

/** A scenario-owned word that is -1 until the process has been forked. */
export const bornWord = (layout: Layout, process: string): Ptr =>
  kernel.scenarioWord(layout.handles.length + layout.processes.indexOf(process));

/** A scenario-owned word that is -1 until the thread has ended. */
export const doneWord = (layout: Layout, thread: number): Ptr =>
  kernel.scenarioWord(layout.handles.length + layout.processes.length + thread);

/** A scenario-owned word that is -1 until the name has been posted. */
export const postWord = (layout: Layout, name: string): Ptr =>
  kernel.scenarioWord(SCENARIO_WORDS - 1 - layout.posts.indexOf(name));

/** The scenario-owned word of a pin's name. */
export const handleWord = (layout: Layout, handle: string): Ptr =>
  kernel.scenarioWord(layout.handles.indexOf(handle));

/** Resolves an address argument. @throws ScenarioError if a name in it does not exist. */
export function target(context: Context, index = 0): Target {
  const argument = context.operation.args[index];
  if (argument?.kind !== 'address') {
    throw fault(context, `argument ${index + 1}: expected an address, as in a, a[2] or P1:a[0].hi`);
  }
  return resolve(context, argument.value);
}

/** Resolves an address. */
export function resolve(context: Context, range: AddressRange): Target {
  const extent = extentOf(context, range);
  const parts = range.part === undefined ? [0, 1] : [range.part === 'lo' ? 0 : 1];
  return { ...extent, mm: mmOf(context.layout, extent.process), parts };
}

/** The pages of an address, for which there need be no kernel yet. @throws ScenarioError if there are none */
export function extentOf(
  place: Place,
  range: AddressRange,
): Pick<Target, 'process' | 'start' | 'end'> {
  const process = range.process ?? place.process;
  if (process === undefined) {
    throw fault(
      place,
      `${range.area}: whose? a kernel actor names the process, as in P0:${range.area}`,
    );
  }
  const area = areaOf(place, range.area);
  const { first = 0, last = area.pages - 1 } = range;
  if (first > last || last >= area.pages) {
    throw fault(place, `${printAddress(range)} is no range of ${area.name}[0..${area.pages - 1}]`);
  }
  return { process, start: area.start + first, end: area.start + last + 1 };
}

export function areaOf(context: Place, name: string): Area {
  const area = context.layout.areas.get(name);
  if (area === undefined) {
    const known = [...context.layout.areas.keys()].join(', ');
    const mend = known === '' ? 'make one with mmap' : `mappings: ${known}`;
    throw fault(context, `no mapping is called '${name}'; ${mend}`);
  }
  return area;
}

/** Argument `index` as a number. */
export function numberArgument(context: Place, index: number, absent?: number): number {
  const argument = context.operation.args[index];
  if (argument === undefined && absent !== undefined) return absent;
  if (argument?.kind !== 'number') {
    throw fault(context, `argument ${index + 1}: expected a number`);
  }
  return argument.value;
}

/** Argument `index` as a word. */
export function wordArgument(context: Place, index: number): string {
  const word = wordOf(context.operation, index);
  if (word === '') throw fault(context, `argument ${index + 1} is missing`);
  return word;
}

/** Option `key` as a number. */
export function numberOption(context: Place, key: string, absent: number): number {
  const text = context.operation.options[key];
  if (text === undefined) return absent;
  const value = parseNumber(text);
  if (value === undefined) throw fault(context, `${key}=${text}: expected a whole number`);
  return value;
}

/** An error in the scenario at the operation. */
export function fault(context: Place, message: string): ScenarioError {
  return new ScenarioError(
    context.layout.file,
    context.operation.position,
    `${context.operation.verb}: ${message}`,
  );
}
