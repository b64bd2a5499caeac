/**
 * Functions from variants to numbers, as reduced ordered decision diagrams: a diagram asks one switch after
 * the other, in a fixed order, and skips those on which the number does not depend. Equal functions of one
 * {@link Diagrams} are the same object. A set of variants is a function to 0 and 1.
 */

/** A node, or where `level` is that of no switch, a number. */
export interface Diagram {
  /** Index of the switch that is asked. */
  readonly level: number;
  readonly off: Diagram;
  readonly on: Diagram;
  /** The number; NaN for a node. */
  readonly value: number;
  /** Distinguishes the diagrams of one {@link Diagrams}. */
  readonly id: number;
}

/** A diagram as plain data: its nodes, each after those that it leads to; the last one is its root. */
export type StoredDiagram = readonly (number | readonly [level: number, off: number, on: number])[];

export class Diagrams {
  readonly none: Diagram;
  readonly all: Diagram;
  private readonly numbers = new Map<number, Diagram>();
  private readonly nodes: Map<number, Diagram>[];
  private made = 0;

  /** @param switches how many switches there are */
  constructor(readonly switches: number) {
    this.nodes = Array.from({ length: switches }, () => new Map<number, Diagram>());
    this.none = this.constant(0);
    this.all = this.constant(1);
  }

  /** The function that is the same number for every variant. */
  constant(value: number): Diagram {
    let known = this.numbers.get(value);
    if (known === undefined) {
      const leaf = { level: this.switches, value, id: this.made++ } as {
        -readonly [K in keyof Diagram]: Diagram[K];
      };
      leaf.off = leaf.on = leaf;
      this.numbers.set(value, (known = leaf));
    }
    return known;
  }

  /** The function that asks a switch first, which neither of the others asks. */
  node(level: number, off: Diagram, on: Diagram): Diagram {
    if (off === on) return off;
    const key = pair(off, on);
    let known = this.nodes[level].get(key);
    if (known === undefined) {
      known = { level, off, on, value: NaN, id: this.made++ };
      this.nodes[level].set(key, known);
    }
    return known;
  }

  /** The variants with a switch on, or off. */
  literal(level: number, on: boolean): Diagram {
    return on ? this.node(level, this.none, this.all) : this.node(level, this.all, this.none);
  }

  /**
   * The variants that have all of these switches as said.
   *
   * @throws Error for a switch that is named twice, which would be asked twice
   */
  cube(literals: readonly Literal[]): Diagram {
    const levels = new Set(literals.map(({ level }) => level));
    if (levels.size < literals.length) throw new Error('diagram: a cube names a switch twice');
    return [...literals]
      .sort((a, b) => b.level - a.level)
      .reduce(
        (rest, { level, on }) =>
          on ? this.node(level, this.none, rest) : this.node(level, rest, this.none),
        this.all,
      );
  }

  /**
   * Both functions put together, variant by variant.
   *
   * @param known what two functions give together where that is clear without looking at their numbers
   */
  apply(
    f: Diagram,
    g: Diagram,
    join: (a: number, b: number) => number,
    known: (a: Diagram, b: Diagram) => Diagram | undefined = () => undefined,
  ): Diagram {
    const done = new Map<number, Diagram>();
    const go = (a: Diagram, b: Diagram): Diagram => {
      const clear = known(a, b);
      if (clear !== undefined) return clear;
      const level = Math.min(a.level, b.level);
      if (level === this.switches) return this.constant(join(a.value, b.value));
      const key = pair(a, b);
      let made = done.get(key);
      if (made === undefined) {
        const [aOff, aOn] = a.level === level ? [a.off, a.on] : [a, a];
        const [bOff, bOn] = b.level === level ? [b.off, b.on] : [b, b];
        done.set(key, (made = this.node(level, go(aOff, bOff), go(aOn, bOn))));
      }
      return made;
    };
    return go(f, g);
  }

  /** The function with each number replaced. */
  map(f: Diagram, change: (value: number) => number): Diagram {
    return this.apply(f, this.none, change);
  }

  plus(f: Diagram, g: Diagram): Diagram {
    return f === this.none ? g : g === this.none ? f : this.apply(f, g, (a, b) => a + b);
  }

  /** The product; of a function and a set, the function that is 0 outside the set. */
  times(f: Diagram, g: Diagram): Diagram {
    return this.apply(
      f,
      g,
      (a, b) => a * b,
      (a, b) => {
        if (a === this.none || b === this.none) return this.none;
        return a === this.all ? b : b === this.all ? a : undefined;
      },
    );
  }

  /** The variants of one set that are not in the other. */
  minus(f: Diagram, g: Diagram): Diagram {
    return this.times(f, this.not(g));
  }

  union(f: Diagram, g: Diagram): Diagram {
    return this.apply(f, g, (a, b) => a | b);
  }

  not(f: Diagram): Diagram {
    return this.map(f, (value) => 1 - value);
  }

  /** The variants for which the function is not 0. */
  support(f: Diagram): Diagram {
    return this.map(f, (value) => (value === 0 ? 0 : 1));
  }

  /** A set, widened by all that differs from one of its members in these switches only. */
  forget(f: Diagram, levels: readonly number[]): Diagram {
    const gone = new Set(levels);
    const known = new Map<Diagram, Diagram>();
    const go = (at: Diagram): Diagram => {
      if (at.level === this.switches) return at;
      let made = known.get(at);
      if (made === undefined) {
        const [off, on] = [go(at.off), go(at.on)];
        made = gone.has(at.level) ? this.union(off, on) : this.node(at.level, off, on);
        known.set(at, made);
      }
      return made;
    };
    return go(f);
  }

  /** Every switch on which the function depends, in order. */
  asks(f: Diagram): number[] {
    const levels = new Set<number>();
    this.visit(f, ({ level }) => level < this.switches && levels.add(level));
    return [...levels].sort((a, b) => a - b);
  }

  /** How many nodes the diagram has, numbers among them. */
  size(f: Diagram): number {
    let nodes = 0;
    this.visit(f, () => nodes++);
    return nodes;
  }

  /** Every number that the function has for some variant. */
  values(f: Diagram): number[] {
    const found: number[] = [];
    this.visit(f, ({ level, value }) => level === this.switches && found.push(value));
    return found;
  }

  /** The sum of the function's numbers over every variant; of a set, how many there are. */
  sum(f: Diagram): bigint {
    const sums = new Map<Diagram, bigint>();
    const go = (at: Diagram): bigint => {
      if (at.level === this.switches) return BigInt(at.value);
      let sum = sums.get(at);
      if (sum === undefined) {
        const skipped = (next: Diagram) => BigInt(next.level - at.level - 1);
        sum = (go(at.off) << skipped(at.off)) + (go(at.on) << skipped(at.on));
        sums.set(at, sum);
      }
      return sum;
    };
    return go(f) << BigInt(f.level);
  }

  /** The function's number for one variant. */
  at(f: Diagram, isOn: (level: number) => boolean): number {
    let node = f;
    while (node.level < this.switches) node = isOn(node.level) ? node.on : node.off;
    return node.value;
  }

  /** Switches that make a variant of a set which is not empty; with as much on as is asked. */
  pick(f: Diagram): Set<number> {
    const on = new Set<number>();
    for (let node = f; node.level < this.switches;) {
      if (node.on === this.none) node = node.off;
      else {
        on.add(node.level);
        node = node.on;
      }
    }
    return on;
  }

  /** Switches that make a member of a set which is not empty: one as near to a variant as can be. */
  nearest(f: Diagram, isOn: (level: number) => boolean): Set<number> {
    const costs = new Map<Diagram, number>();
    const by = (at: Diagram, on: boolean): number =>
      cost(on ? at.on : at.off) + (isOn(at.level) === on ? 0 : 1);
    const cost = (at: Diagram): number => {
      if (at.level === this.switches) return at.value === 0 ? Infinity : 0;
      const known = costs.get(at) ?? Math.min(by(at, true), by(at, false));
      costs.set(at, known);
      return known;
    };
    const on = new Set(Array.from({ length: this.switches }, (_, level) => level).filter(isOn));
    for (let node = f; node.level < this.switches;) {
      const take = by(node, true) < by(node, false);
      if (take) on.add(node.level);
      else on.delete(node.level);
      node = take ? node.on : node.off;
    }
    return on;
  }

  /** A diagram as plain data. */
  store(f: Diagram): StoredDiagram {
    const index = new Map<Diagram, number>();
    const stored: (number | [number, number, number])[] = [];
    const go = (at: Diagram): number => {
      let known = index.get(at);
      if (known === undefined) {
        const entry =
          at.level === this.switches
            ? at.value
            : ([at.level, go(at.off), go(at.on)] as [number, number, number]);
        known = stored.push(entry) - 1;
        index.set(at, known);
      }
      return known;
    };
    go(f);
    return stored;
  }

  /** What {@link store} made, here or elsewhere. */
  load(stored: StoredDiagram): Diagram {
    const made: Diagram[] = [];
    for (const entry of stored) {
      if (typeof entry === 'number') made.push(this.constant(entry));
      else made.push(this.node(entry[0], made[entry[1]], made[entry[2]]));
    }
    return made[made.length - 1];
  }

  private visit(f: Diagram, see: (at: Diagram) => unknown): void {
    const seen = new Set<Diagram>();
    const go = (at: Diagram): void => {
      if (seen.has(at)) return;
      seen.add(at);
      see(at);
      if (at.level === this.switches) return;
      go(at.off);
      go(at.on);
    };
    go(f);
  }
}

/** A switch as a variant may have it. */
export interface Literal {
  readonly level: number;
  readonly on: boolean;
}

/** A number for two diagrams, exact up to 2^26 of them. */
const pair = (a: Diagram, b: Diagram): number => a.id * 2 ** 26 + b.id;
