import { WORD, type Ptr, type StructLayout } from './struct';

interface Region {
  readonly name: string;
  readonly base: Ptr;
  readonly end: Ptr;
  readonly layout: StructLayout<string>;
}

/**
 * All shared state of one kernel: a single array of words. A run starts by copying the array that
 * the set-up left, so nothing that two CPUs can share may live anywhere else.
 */
export class Arena {
  mem = new Int32Array(0);
  /** The first page of addresses is never handed out, so that small integers are wild pointers. */
  private top: Ptr = 4096;
  private readonly regions: Region[] = [];

  /** Reserves `count` objects in a row. @returns the address of the first. */
  array<F extends string>(layout: StructLayout<F>, count: number, align = 8, skew = 0): Ptr {
    const base = Math.ceil(this.top / align) * align + skew;
    const end = base + layout.size * count;
    this.regions.push({ name: layout.name, base, end, layout });
    this.top = end;
    return base;
  }

  /** Allocates the words; called once, after the last {@link array}. */
  seal(): void {
    this.mem = new Int32Array(Math.ceil(this.top / WORD));
  }

  /** Whether `addr` is a word of some object. */
  valid(addr: Ptr): boolean {
    return (addr & 3) === 0 && addr >= 4096 && addr < this.top;
  }

  /** Kernel-style name of a word: `page[3]._mapcount`; for traces. */
  describe(addr: Ptr): string {
    const at = this.locate(addr);
    if (at === undefined) return `0x${addr.toString(16)}`;
    const { region, index, field } = at;
    const many = region.end - region.base > region.layout.size;
    return many ? `${region.name}[${index}].${field}` : `${region.name}.${field}`;
  }

  /** Object and field that a word belongs to, or undefined for an address outside every object. */
  locate(addr: Ptr): { region: Region; index: number; field: string } | undefined {
    const region = this.regions.find((r) => addr >= r.base && addr < r.end);
    if (region === undefined) return undefined;
    const index = Math.floor((addr - region.base) / region.layout.size);
    const field = region.layout.fields[((addr - region.base) % region.layout.size) / WORD];
    return { region, index, field: field ?? 'padding' };
  }
}
