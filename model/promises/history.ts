/**
 * What was done to one half of one page of one process: writes by every route, and calls that free
 * it. Each is an interval between two operations (mostly one and the same), certain or not.
 */
import type { AddressRange, Operation, Scenario } from '../scenario/ast';
import { layOut, wordOf, type Layout } from '../scenario/layout';
import type { Node } from './happens-before';
import type { RunFacts } from './run-facts';

/** How a value gets into a page. */
export type Route = 'store' | 'device' | 'ptrace' | 'process_vm_writev' | 'zeroed';

/** Something that can change what a read of the half page returns. */
export interface HistoryEvent {
  /** `write`: the value is there afterwards; `free`: the kernel may zero the page from then on. */
  readonly kind: 'write' | 'free';
  readonly route: Route;
  readonly value: number;
  /** The operations that it begins and ends with; no end: it never ends. */
  readonly begin: Node;
  readonly end: Node | undefined;
  /** Whether it surely took effect once it has ended. */
  readonly certain: boolean;
}

/** Half a page of a process. */
export interface Cell {
  readonly process: string;
  readonly area: string;
  readonly page: number;
  readonly part: number;
}

/** The histories of one run. */
export class Histories {
  private readonly layout: Layout;
  private readonly forks: readonly Node[];
  /** What a mapping was called before mremap moved it. */
  private readonly formerNames = new Map<string, string>();

  constructor(
    scenario: Scenario,
    private readonly facts: RunFacts,
  ) {
    this.layout = layOut(scenario);
    this.forks = facts.nodes.filter(({ operation }) => operation.verb === 'fork');
    for (const { operation } of facts.nodes) {
      if (operation.verb !== 'mremap') continue;
      const [from, to] = [this.rootOf(wordOf(operation, 0)), operation.options['to'] ?? ''];
      if (this.rootOf(to) !== from) this.formerNames.set(to, from);
    }
  }

  /** The name under which a mapping was made: mremap moves contents along. */
  rootOf(area: string): string {
    const former = this.formerNames.get(area);
    return former === undefined ? area : this.rootOf(former);
  }

  /** The cells that an operation means, in the order in which it visits them. */
  cells(node: Node): Cell[] {
    const range = rangeOf(node.operation);
    const area = range && this.layout.areas.get(range.area);
    const process = range?.process ?? node.actor.process;
    if (range === undefined || area === undefined || process === undefined) return [];
    const first = range.first ?? 0;
    const last = range.last ?? (range.first === undefined ? area.pages - 1 : first);
    const parts = range.part === undefined ? [0, 1] : [range.part === 'lo' ? 0 : 1];
    return Array.from({ length: last - first + 1 }, (_, i) =>
      parts.map((part) => ({ process, area: this.rootOf(range.area), page: first + i, part })),
    ).flat();
  }

  /** All that can have to do with a cell, what its process got by fork included. */
  of(cell: Cell): HistoryEvent[] {
    const own = this.facts.nodes.flatMap((node) => this.eventOf(node, cell) ?? []);
    const fork = this.forkOf(cell.process);
    if (fork === undefined) return own;
    const parent = this.of({ ...cell, process: fork.actor.process! });
    const inherited = parent
      .filter(({ begin }) => !this.facts.order.isBefore(fork, begin))
      .map((event) => ({ ...event, certain: event.certain && this.endsBefore(event, fork) }));
    return [...inherited, ...own];
  }

  /** Whether an event is over, in every execution, when an operation begins. */
  endsBefore(event: HistoryEvent, node: Node): boolean {
    return event.end !== undefined && this.facts.order.isBefore(event.end, node);
  }

  forkOf(process: string): Node | undefined {
    return this.forks.find(({ operation }) => wordOf(operation, 0) === process);
  }

  private eventOf(node: Node, cell: Cell): HistoryEvent | undefined {
    if (!this.facts.reached(node)) return undefined;
    const { verb } = node.operation;
    if (verb === 'dma') return this.deviceWrite(node, cell);
    if (!this.touches(node, cell)) return undefined;
    switch (verb) {
      case 'write':
        // A store that is answered with a signal may have reached the halves before.
        return this.write(
          node,
          'store',
          storedValue(node.operation, cell.page),
          this.facts.signal(node) === undefined,
        );
      case 'poke':
        return this.write(node, 'ptrace', number(node.operation, 1), this.facts.result(node) === 0);
      case 'vm-write': {
        const done = this.facts.result(node) === 0;
        return this.write(node, 'process_vm_writev', number(node.operation, 1), done);
      }
      case 'madvise':
        return this.advice(node);
      case 'munmap':
        return this.write(node, 'zeroed', 0, this.facts.result(node) === 0 && !this.moves(node));
      case 'mmap':
        return this.write(node, 'zeroed', 0, this.facts.result(node) === 0);
      default:
        return undefined;
    }
  }

  private touches(node: Node, cell: Cell): boolean {
    return this.cells(node).some(
      (other) =>
        other.process === cell.process &&
        other.area === cell.area &&
        other.page === cell.page &&
        other.part === cell.part,
    );
  }

  /** Whether mremap runs beside a call: munmap finds nothing, and answers 0, while all is elsewhere. */
  private moves(node: Node): boolean {
    const { order, nodes } = this.facts;
    return nodes.some(
      (other) =>
        other.operation.verb === 'mremap' &&
        other.actor.process === node.actor.process &&
        !order.isBefore(other, node) &&
        !order.isBefore(node, other),
    );
  }

  private write(node: Node, route: Route, value: number, certain: boolean): HistoryEvent {
    return { kind: 'write', route, value, begin: node, end: node, certain };
  }

  /** madvise that frees: 0, or ENOMEM where a part of the range is not mapped. */
  private advice(node: Node): HistoryEvent | undefined {
    const advice = wordOf(node.operation, 1);
    const done = [0, -12].includes(this.facts.result(node) as number);
    if (!done || (advice !== 'DONTNEED' && advice !== 'FREE')) return undefined;
    // After ENOMEM nobody knows which pages were there.
    const certain = this.facts.result(node) === 0;
    if (advice === 'DONTNEED') return this.write(node, 'zeroed', 0, certain);
    return { kind: 'free', route: 'zeroed', value: 0, begin: node, end: node, certain: true };
  }

  /**
   * A device's write lasts from the pin to the unpin. It is certain unless the mapping was forked,
   * freed or unmapped meanwhile: who does that gives the page away while the transfer goes on.
   */
  private deviceWrite(node: Node, cell: Cell): HistoryEvent | undefined {
    const name = wordOf(node.operation, 0);
    const pins = this.facts.nodes.filter(({ operation }) => operation.options['as'] === name);
    const [pin] = pins;
    if (pin === undefined || pins.length > 1 || !this.touchesPage(pin, cell)) return undefined;
    if (this.facts.result(pin) !== 0) return undefined;
    const unpin = this.facts.nodes.find(
      ({ operation }) => operation.verb === 'unpin' && wordOf(operation, 0) === name,
    );
    const reported = unpin !== undefined && unpin.operation.options['dirty'] !== 'no';
    const inOrder =
      reported &&
      this.facts.reached(unpin) &&
      this.facts.order.isBefore(pin, node) &&
      this.facts.order.isBefore(node, unpin);
    const value = number(node.operation, 1);
    const certain = inOrder && !this.disturbed(pin, unpin, cell);
    return {
      kind: 'write',
      route: 'device',
      value,
      begin: pin,
      end: inOrder ? unpin : undefined,
      certain,
    };
  }

  private touchesPage(pin: Node, cell: Cell): boolean {
    const range = rangeOf(pin.operation);
    return (
      pin.actor.process === cell.process &&
      range !== undefined &&
      this.rootOf(range.area) === cell.area &&
      (range.first ?? 0) === cell.page
    );
  }

  private disturbed(pin: Node, unpin: Node, cell: Cell): boolean {
    const { order } = this.facts;
    return this.facts.nodes.some((node) => {
      const { verb } = node.operation;
      const frees = verb === 'madvise' && /^(FREE|DONTNEED)$/.test(wordOf(node.operation, 1));
      const gives = frees || /^(munmap|mremap|mmap)$/.test(verb);
      const concerns =
        verb === 'fork' ? node.actor.process === cell.process : gives && this.touches(node, cell);
      return concerns && !order.isBefore(node, pin) && !order.isBefore(unpin, node);
    });
  }
}

/** The address that an operation works on. */
export function rangeOf(operation: Operation): AddressRange | undefined {
  const argument = operation.args[0];
  return argument?.kind === 'address' ? argument.value : undefined;
}

const number = (operation: Operation, index: number): number =>
  Number(operation.args[index]?.value);

function storedValue(operation: Operation, page: number): number {
  const first = rangeOf(operation)?.first ?? 0;
  return number(operation, 1) + (page - first) * Number(operation.options['step'] ?? 0);
}
