import type { HunkId } from '../../model/features/hunk-id';
import { unmap_mapping_range } from '../../model/mm/memory';
import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { boot, type Hunks } from './support/boot';
import { lacking } from './support/variants';

// Rests on mm/memory.c unmap_mapping_range: a zap_details on the stack, without an initialiser, whose
// members are assigned one by one; and on hunks 11, 20 and 21, which add a member and read it.

const A = 1;
const ZAP: HunkId = 'p3/mm/memory/zap_pte_range';
const RANGE: HunkId = 'p3/mm/memory/unmap_page_range';

/** A private mapping of a file: a copy, a file page, a copy that was swapped out. */
function mapped(hunks: Hunks) {
  const k = boot({}, hunks);
  const mapping = k.file('file', 4);
  k.map(A, 4, { kind: 'private-file', mapping });
  k.write(A, 7);
  k.read(A + 1);
  k.write(A + 2, 7);
  k.swapOut(A + 2);
  return { k, mapping };
}

/** What the four pages are after the call, given what lies on the stack. */
function after(hunks: Hunks, evenCows: boolean, garbage: number) {
  const { k, mapping } = mapped(hunks);
  k.choosing([garbage], unmap_mapping_range(k.task(), mapping, 0, 0, evenCows));
  return [0, 1, 2].map((i) => k.at(A + i).state);
}

const EVERYTHING = ['none', 'none', 'none'];
const FILE_ONLY = ['present', 'none', 'swapped'];

describe('in base', () => {
  it('with even_cows takes copies and swapped copies too', () => {
    expect(after('base', true, 0)).toEqual(EVERYTHING);
  });

  it('without even_cows takes pages of the file only', () => {
    expect(after('base', false, 0)).toEqual(FILE_ONLY);
  });

  it('reads no stack: there is nothing to choose', () => {
    const { k, mapping } = mapped('base');
    let choices = 0;
    k.kernel.machine.runAlone(unmap_mapping_range(k.task(), mapping, 0, 0, true), (n) => {
      if (n > 1) choices++;
      return 0;
    });
    expect(choices).toBe(0);
  });
});

describe.each(['original', 'fixed', 'patch3'] as const)('in %s', (name) => {
  it('does as base does if the member happens to be 0', () => {
    expect(after(name, true, 0)).toEqual(EVERYTHING);
    expect(after(name, false, 0)).toEqual(FILE_ONLY);
  });

  it('with even_cows spares copies and swap entries if it happens to be set', () => {
    expect(after(name, true, 1)).toEqual(FILE_ONLY);
  });

  it('frees copies lazily, of which it was to leave all alone, if it happens to be set', () => {
    const { k, mapping } = mapped(name);
    const page = k.pageAt(A);
    k.choosing([1], unmap_mapping_range(k.task(), mapping, 0, 0, false));
    expect(k.at(A)).toMatchObject({ state: 'present', dirty: false, young: false });
    expect(k.word(page + Page.mapping) & 7).toBe(5);
  });

  it('makes one choice for all vmas: it is one variable', () => {
    const { k, mapping } = mapped(name);
    k.map(8, 2, { kind: 'private-file', mapping });
    k.write(8, 7);
    k.read(9);
    let choices = 0;
    k.kernel.machine.runAlone(unmap_mapping_range(k.task(), mapping, 0, 0, false), (n) => {
      if (n > 1) choices++;
      return 1;
    });
    expect(choices).toBe(1);
  });
});

describe('with one of the two readers alone', () => {
  it('without hunk 21 the details are dropped, and even_cows takes everything', () => {
    expect(after(lacking('fixed', RANGE), true, 1)).toEqual(EVERYTHING);
  });

  it('without hunk 20 the details stay, and spare what is not present', () => {
    expect(after(lacking('fixed', ZAP), true, 1)).toEqual(['none', 'none', 'swapped']);
  });
});

describe('a range', () => {
  it('of one page leaves the others', () => {
    const { k, mapping } = mapped('base');
    k.run(unmap_mapping_range(k.task(), mapping, 1, 1, true));
    expect([0, 1, 2].map((i) => k.at(A + i).state)).toEqual(['present', 'none', 'swapped']);
  });

  it('is one of file pages, wherever they are mapped', () => {
    const k = boot({ processes: 2 });
    const mapping = k.file('tmpfs', 6);
    k.map(A, 2, { kind: 'shared-tmpfs', mapping, pgoff: 3 });
    k.map(5, 4, { kind: 'shared-tmpfs', mapping, process: 1 });
    for (const address of [A, A + 1]) k.write(address, 7);
    for (const address of [5, 6, 7, 8]) k.write(address, 8, { process: 1 });
    k.run(unmap_mapping_range(k.task(), mapping, 2, 2, true));
    expect([A, A + 1].map((a) => k.at(a).state)).toEqual(['none', 'present']);
    expect([5, 6, 7, 8].map((a) => k.at(a, 1).state)).toEqual([
      'present',
      'present',
      'none',
      'none',
    ]);
  });

  it('is looked for in all of a nonlinear vma', () => {
    const k = boot();
    const mapping = k.file('tmpfs', 6);
    k.map(A, 2, { kind: 'nonlinear-file', mapping });
    k.write(A, 7);
    k.write(A + 1, 8);
    const [first, second] = [k.pte(A), k.pte(A + 1)];
    k.setPte(A, second);
    k.setPte(A + 1, first);
    k.run(unmap_mapping_range(k.task(), mapping, 1, 1, true));
    // Page 1 of the file was at A: the pte remembers which page it was.
    expect([k.at(A).state, k.at(A + 1).state]).toEqual(['file', 'present']);
  });

  it('waits for nobody who holds mmap_sem', () => {
    const { k, mapping } = mapped('base');
    k.set(k.mm() + mm_struct.offset.mmap_sem, -1);
    k.run(unmap_mapping_range(k.task(), mapping, 0, 0, true));
    expect(k.at(A).state).toBe('none');
  });
});
