/**
 * Exact numbers for what tasks have done beside the memory: equal numbers, equal texts. What it comes to is
 * asked once for each order in which it was done.
 */
import { WordTable } from '../explorer/word-table';
import type { Fault } from '../machine/fault';
import type { Effect } from '../machine/machine';

/** What tasks have done, in order. */
export interface Deeds {
  readonly faults: readonly Fault[];
  readonly effects: readonly Effect[];
}

export class Besides {
  private readonly objects = new Map<Effect | Fault, number>();
  private readonly orders = new WordTable();
  private words = new Int32Array(16);
  /** The number of each order. */
  private readonly byOrder: number[] = [];
  private readonly byText = new Map<string, number>();
  /** For each number, the first order that had it. */
  private readonly first: Deeds[] = [];

  /** @param text tells what they come to */
  numberOf(deeds: Deeds, text: () => string): number {
    const order = this.orderOf(deeds);
    return (this.byOrder[order] ??= this.numberOfText(text(), deeds));
  }

  /** Deeds that have a number. */
  deedsOf(number: number): Deeds {
    return this.first[number]!;
  }

  private orderOf({ faults, effects }: Deeds): number {
    const length = 1 + faults.length + effects.length;
    if (length > this.words.length) this.words = new Int32Array(length * 2);
    const { words } = this;
    let n = 0;
    words[n++] = faults.length;
    for (let k = 0; k < faults.length; k++) words[n++] = this.object(faults[k]!);
    for (let k = 0; k < effects.length; k++) words[n++] = this.object(effects[k]!);
    return this.orders.intern(words, 0, n);
  }

  private object(object: Effect | Fault): number {
    let number = this.objects.get(object);
    if (number === undefined) this.objects.set(object, (number = this.objects.size));
    return number;
  }

  private numberOfText(text: string, { faults, effects }: Deeds): number {
    let number = this.byText.get(text);
    if (number === undefined) {
      number = this.first.push({ faults: [...faults], effects: [...effects] }) - 1;
      this.byText.set(text, number);
    }
    return number;
  }
}
