import fc from 'fast-check';
import { HUNK_IDS, SWITCH_IDS } from '../../model/features/hunk-id';
import { NAMED_VARIANTS, switchesOf, Variant, VARIANT_NAMES } from '../../model/features/variant';
import { nearestIds, parseVariant, variantName } from '../../model/features/variant-name';

const anyVariant = fc.subarray([...SWITCH_IDS]).map((ids) => Variant.of(ids));
const { base, original, fixed, patch3 } = NAMED_VARIANTS;
const FIXUP = 'fixup/mm/swap_state/free_pages_and_swap_cache';

describe('named variants', () => {
  it('base has no hunk, fixed has all, original all but the fixup', () => {
    expect(base.switches()).toEqual([]);
    expect(fixed.switches()).toEqual([...SWITCH_IDS]);
    expect(original.switches()).toEqual(SWITCH_IDS.filter((id) => id !== FIXUP));
  });

  it('patch3 holds the first three mails, patch3-fixed the fixup too', () => {
    expect(patch3.switches()).toEqual(SWITCH_IDS.filter((id) => /^p[123]\//.test(id)));
    expect(NAMED_VARIANTS['patch3-fixed'].equals(patch3.plus([FIXUP]))).toBe(true);
  });
});

describe('a variant', () => {
  it('does not change when another is made from it', () => {
    const more = base.plus(['p2/mm/swap/lru_deactivate_fn.2']);
    expect(base.switches()).toEqual([]);
    expect(more.minus(['p2/mm/swap/lru_deactivate_fn.2']).equals(base)).toBe(true);
  });

  it('takes the id of a hunk with parts for all of its parts', () => {
    const hunk = 'p3/mm/madvise/madvise_dontneed.2';
    expect(Variant.of([hunk]).switches()).toEqual([`${hunk}/lazy_free`, `${hunk}/vm_file`]);
    expect(Variant.of([`${hunk}/vm_file`]).hasHunk(hunk)).toBe(false);
    expect(Variant.of([hunk]).hasHunk(hunk)).toBe(true);
  });

  it('has a key that no other variant has', () => {
    fc.assert(
      fc.property(anyVariant, anyVariant, (a, b) => (a.key === b.key) === a.equals(b)),
    );
  });
});

describe('the text of a variant', () => {
  it('is read back as the same variant, whatever it holds', () => {
    fc.assert(
      fc.property(anyVariant, (variant) => parseVariant(variantName(variant)).equals(variant)),
    );
  });

  it('is the name alone for a named variant', () => {
    for (const name of VARIANT_NAMES) expect(variantName(NAMED_VARIANTS[name])).toBe(name);
  });

  it('is never longer than what was written', () => {
    for (const id of [...HUNK_IDS, ...SWITCH_IDS]) {
      for (const text of [`fixed-${id}`, `base+${id}`]) {
        expect(variantName(parseVariant(text)).length).toBeLessThanOrEqual(text.length);
      }
    }
  });

  it('names a hunk instead of all its parts, and a part where the other stays', () => {
    const hunk = 'p3/include/linux/mm/PAGE_MAPPING_LZFREE';
    expect(variantName(parseVariant(`fixed-${hunk}/define-${hunk}/flags`))).toBe(`fixed-${hunk}`);
    expect(variantName(parseVariant(`fixed-${hunk}/flags`))).toBe(`fixed-${hunk}/flags`);
  });

  it('tells a minus sign from one that belongs to a name or an id', () => {
    const tlb = 'p3/include/asm-generic/tlb/tlb_madvfree_page';
    const mman = 'p3/include/uapi/asm-generic/mman-common/MADV_FREE';
    const variant = parseVariant(`patch3-fixed-${tlb}-${mman}+${tlb}/prototype`);
    const gone = [`${tlb}/define`, mman];
    const whole = NAMED_VARIANTS['patch3-fixed'].switches();
    expect(variant.switches()).toEqual(whole.filter((id) => !gone.includes(id)));
  });

  it('tells an id from one that begins with it', () => {
    const variant = parseVariant('base+p2/mm/swap/lru_deactivate_fn.2');
    expect(variant.switches()).toEqual(['p2/mm/swap/lru_deactivate_fn.2']);
  });

  it('is applied from left to right', () => {
    const id = 'p2/mm/swap/lru_deactivate_fn.3';
    expect(parseVariant(`base+${id}-${id}`).equals(base)).toBe(true);
    expect(parseVariant(`base-${id}+${id}`).switches()).toEqual([id]);
  });

  it.each([
    ['', "no variant is called ''"],
    ['orignal', "no variant is called 'orignal'"],
    ['+p3/mm/rmap/is_anon_vma', 'begin with base, original, fixed, patch3 or patch3-fixed'],
    ['fixed+', "no hunk is called ''"],
    ['fixed-madvise_vma', 'did you mean p3/mm/madvise/madvise_vma'],
    ['fixed-p3/mm/madvise/madvise_vmaa', 'did you mean p3/mm/madvise/madvise_vma'],
    ['fixed-p3/mm/rmap', "no hunk is called 'p3/mm/rmap'"],
    ['base+p3/mm/nonsense+p3/mm/rmap/is_anon_vma', "no hunk is called 'p3/mm/nonsense'"],
    ['fixed p3/mm/rmap/is_anon_vma', "no variant is called 'fixed p3'"],
  ])('is refused on one line if it is %p', (text, reason) => {
    expect(() => parseVariant(text)).toThrow(reason);
    expect(() => parseVariant(text)).toThrow(/^[^\n]+$/);
  });

  it('is refused or read, and nothing else, whatever it is', () => {
    const words = fc.constantFrom('+', '-', '/', ...VARIANT_NAMES, ...SWITCH_IDS);
    const text = fc.array(fc.oneof(words, fc.string()), { maxLength: 6 });
    fc.assert(
      fc.property(text, (parts) => {
        try {
          parseVariant(parts.join(''));
        } catch (error) {
          expect(error).toMatchObject({ name: 'VariantNameError', exitCode: 2 });
        }
      }),
    );
  });
});

describe('the nearest ids', () => {
  it('begin with the one that ends in what was typed', () => {
    expect(nearestIds('move_lazyfree')[0]).toBe('p3/mm/swap_state/move_lazyfree');
  });

  it('are none for what is like no id', () => {
    expect(nearestIds('qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq')).toEqual([]);
  });
});

describe('hunks', () => {
  it('are made of all switches, each in one hunk', () => {
    expect(HUNK_IDS.flatMap((id) => [...switchesOf(id)])).toEqual([...SWITCH_IDS]);
  });
});
