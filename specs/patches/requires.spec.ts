// Source of truth: the text of the hunks that the mail holds, and for the others what their patches need of
// it. The numbers count the hunks of the series from 1, patch by patch and file by file, with two places
// (29 and 30) left free between the quoted and the announced hunks of 3/6, and two (34 and 35) behind the
// fixup.
import fc from 'fast-check';
import { HUNK_IDS, SWITCH_IDS } from '../../model/features/hunk-id';
import type { HunkId, SwitchId } from '../../model/features/hunk-id';
import { hunkFacts, HUNKS, switchFacts } from '../../model/features/hunk-table';
import { dependents, describeMissing, requires, validate, without } from '../../model/features/requires';
import { NAMED_VARIANTS, Variant } from '../../model/features/variant';

const NUMBERS = [
  ...Array.from({ length: 28 }, (_, index) => index + 1),
  ...[31, 32, 33, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47],
];
const numberOf = new Map<HunkId, number>(HUNK_IDS.map((id, index) => [id, NUMBERS[index]]));

/** What each hunk needs to compile, hunk by hunk; those that need nothing are left out. */
const COMPILE: Readonly<Record<number, readonly number[]>> = {
  7: [3],
  8: [13],
  10: [9],
  15: [14],
  16: [18],
  17: [11, 14, 16],
  18: [14, 16],
  19: [14],
  20: [8, 11],
  21: [11],
  22: [9],
  23: [22],
  24: [22],
  25: [10, 12],
  27: [10, 26],
  28: [13, 27],
  31: [10],
  32: [12],
  33: [28],
  36: [10, 38],
  37: [10, 38],
  40: [10, 38],
  41: [31, 39],
  42: [38],
  43: [39],
  44: [38],
  45: [10],
  46: [10],
  47: [10],
};

function numbersNeededBy(id: HunkId): number[] {
  const needed = hunkFacts(id)
    .switches.flatMap(({ id: switchId }) => requires(switchId))
    .map(({ from }) => switchFacts(from).hunk)
    .filter((hunk) => hunk !== id)
    .map((hunk) => numberOf.get(hunk)!);
  return [...new Set(needed)].sort((a, b) => a - b);
}

const anyVariant = fc.subarray([...SWITCH_IDS]).map((ids) => Variant.of(ids));

describe('needs', () => {
  it('are those of the dependency table, hunk by hunk', () => {
    const found = HUNK_IDS.map((id) => [numberOf.get(id)!, numbersNeededBy(id)] as const);
    expect(Object.fromEntries(found.filter(([, needed]) => needed.length > 0))).toEqual(COMPILE);
  });

  it('are of a symbol that the needed switch defines, or say why it is none', () => {
    for (const id of SWITCH_IDS) {
      for (const { symbol, from, why } of requires(id)) {
        const defined = switchFacts(from).defines.includes(symbol);
        expect([id, symbol, defined || why !== undefined]).toEqual([id, symbol, true]);
      }
    }
  });

  it('of a part can be the other part of its hunk', () => {
    const hunk = 'p3/include/linux/mm/PAGE_MAPPING_LZFREE';
    expect(requires(`${hunk}/flags`)).toEqual([
      { symbol: 'PAGE_MAPPING_LZFREE', from: `${hunk}/define` },
    ]);
  });
});

describe('a variant', () => {
  it('is valid if it has a name', () => {
    for (const variant of Object.values(NAMED_VARIANTS)) expect(validate(variant)).toEqual([]);
  });

  it('is valid for each prefix of the series', () => {
    for (const patch of ['1', '2', '3', '4', '5', '6']) {
      const prefix = HUNK_IDS.filter((id) => /^p\d/.test(id) && id[1] <= patch);
      expect(validate(Variant.of(prefix))).toEqual([]);
    }
  });

  it('is refused with the symbol, the hunk that needs it and the hunk that defines it', () => {
    const missing = validate(NAMED_VARIANTS.fixed.minus(['p3/mm/rmap/is_anon_vma']));
    const from = 'p3/mm/rmap/is_anon_vma';
    expect(missing).toEqual([
      { id: 'p3/mm/rmap/page_get_anon_vma', symbol: 'is_anon_vma', from },
      { id: 'p3/mm/rmap/page_lock_anon_vma_read', symbol: 'is_anon_vma', from },
    ]);
    expect(describeMissing(missing[0])).toBe(
      'p3/mm/rmap/page_get_anon_vma needs is_anon_vma from p3/mm/rmap/is_anon_vma',
    );
  });

  it('is refused with the fixup alone, whose text is that of another hunk', () => {
    const fixup = 'fixup/mm/swap_state/free_pages_and_swap_cache';
    const [missing] = validate(Variant.of([fixup]));
    expect(missing).toMatchObject({ id: fixup, from: 'p3/mm/swap_state/free_pages_and_swap_cache' });
  });
});

describe('a variant without a hunk', () => {
  it('is valid, whichever it is', () => {
    for (const id of [...HUNK_IDS, ...SWITCH_IDS]) {
      expect(validate(without(NAMED_VARIANTS.fixed, id))).toEqual([]);
    }
  });

  it('loses nothing that could stay', () => {
    for (const id of SWITCH_IDS) {
      const less = without(NAMED_VARIANTS.fixed, id);
      const lost = SWITCH_IDS.filter((other) => other !== id && !less.has(other));
      // A larger valid variant would hold some of them; take back all that are needed among themselves.
      const kept = fc.sample(fc.subarray(lost, { minLength: Math.min(1, lost.length) }), 20);
      for (const back of kept.filter((ids) => ids.length > 0)) {
        expect(validate(less.plus(back))).not.toEqual([]);
      }
    }
  });

  it('is the variant itself if it did not have the hunk', () => {
    const { base, original } = NAMED_VARIANTS;
    const fixup = 'fixup/mm/swap_state/free_pages_and_swap_cache';
    expect(without(original, fixup).equals(original)).toBe(true);
    expect(without(base, 'p3/mm/rmap/is_anon_vma').equals(base)).toBe(true);
  });

  it('loses a parameter together with the call that passes it', () => {
    const callee = 'p3/mm/madvise/madvise_dontneed';
    const caller = 'p3/mm/madvise/madvise_vma';
    const branch: SwitchId[] = [`${callee}.2/lazy_free`, `${callee}.2/vm_file`];
    expect(dependents([callee])).toEqual(new Set([callee, caller, ...branch]));
    expect(dependents([caller])).toEqual(new Set([callee, caller, ...branch]));
  });

  it('adds no missing need to any variant, valid or not', () => {
    fc.assert(
      fc.property(anyVariant, fc.constantFrom(...SWITCH_IDS), (variant, id) => {
        const before = new Set(validate(variant).map(describeMissing));
        return validate(without(variant, id)).every((need) => before.has(describeMissing(need)));
      }),
    );
  });
});

describe('effects', () => {
  it('are declared with a reason wherever a switch has none of its own', () => {
    const withoutEffect = SWITCH_IDS.filter((id) => switchFacts(id).effect === 'none');
    expect(withoutEffect).toEqual([
      'p2/mm/swap/lru_deactivate_fn',
      'p3/include/asm-generic/tlb/tlb_madvfree_page/prototype',
      'p3/mm/swap_state/include',
    ]);
    for (const id of SWITCH_IDS) {
      const { effect, reason } = switchFacts(id);
      expect([id, reason !== undefined]).toEqual([id, effect !== 'behaviour']);
    }
  });

  it('of a definition have at least one other switch that uses what it defines', () => {
    for (const id of SWITCH_IDS.filter((id) => switchFacts(id).effect === 'definition')) {
      expect(switchFacts(id).defines).not.toEqual([]);
      expect([id, dependents([id]).size]).not.toEqual([id, 1]);
    }
  });
});

describe('the table of hunks', () => {
  it('has the counts of all hunks that the mail holds, and of no other but the announced removals', () => {
    for (const { id, text, added, removed, status } of HUNKS) {
      const counted = text?.lines.filter(({ op }) => op === 'added').length;
      expect([id, added]).toEqual([id, counted]);
      if (status === 'companion') expect([id, removed]).toEqual([id, undefined]);
    }
  });

  it('names 21 quoted or completed hunks of 3/6, the fixup, two announced and nineteen companions', () => {
    const byStatus = (status: string) => HUNKS.filter((hunk) => hunk.status === status).length;
    expect(['quoted', 'completed', 'announced', 'companion'].map(byStatus)).toEqual([21, 1, 2, 19]);
  });
});
