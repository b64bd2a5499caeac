/** How the values of kernel words read in a trace. */
import {
  _PAGE_ACCESSED,
  _PAGE_DIRTY,
  _PAGE_PRESENT,
  _PAGE_RW,
  pfn_pte,
  pgoff_to_pte,
  pte_mknuma,
  swp_entry_to_pte,
} from '../../model/arch/x86/include/asm/pgtable';
import { SWP_HWPOISON, SWP_MIGRATION_READ, swp_entry } from '../../model/include/linux/swapops';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { ScenarioProgram } from '../../model/scenario/program';
import { listLink, mappingValue, pteValue, swapMapValue } from '../../model/scenario/values';
import { loadSuite } from '../../scripts/suite';

const frame = (pfn: number): string => `frame ${pfn}`;

// Migration and hwpoison entries are numbered by the configuration of the kernel that runs.
beforeAll(() => new ScenarioProgram(loadSuite()[0].scenario, (id) => NAMED_VARIANTS.base.has(id)));

describe('a pte', () => {
  const PRESENT = _PAGE_PRESENT | _PAGE_RW;

  it.each([
    ['none', () => 0],
    ['frame 3 rw young dirty', () => pfn_pte(3, PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY)],
    ['frame 3 ro old clean', () => pfn_pte(3, _PAGE_PRESENT)],
    ['frame 3 rw old clean PROTNONE', () => pte_mknuma(pfn_pte(3, PRESENT))],
    ['swap entry 2', () => swp_entry_to_pte(swp_entry(0, 2))],
    ['migration entry of frame 5', () => swp_entry_to_pte(swp_entry(SWP_MIGRATION_READ(), 5))],
    ['hwpoison entry of frame 5', () => swp_entry_to_pte(swp_entry(SWP_HWPOISON(), 5))],
    ['file page 7', () => pgoff_to_pte(7)],
  ])('reads as %s', (text, pte) => {
    expect(pteValue(pte(), frame)).toBe(text);
  });
});

it.each([
  [0, 'free'],
  [1, '1 user'],
  [2, '2 users'],
  [0x40, '0 users + cache'],
  [0x41, '1 user + cache'],
  [0xbe, '62 and more users'],
  [0x3f, 'bad'],
])('byte %d of the swap map reads as %s', (byte, text) => {
  expect(swapMapValue(byte)).toBe(text);
});

it.each([
  [0, 'NULL'],
  [4096, 'file'],
  [4097, 'ANON'],
  [4099, 'ANON|KSM'],
  [4101, 'ANON|LZFREE'],
])('page->mapping %d reads as %s', (mapping, text) => {
  expect(mappingValue(mapping)).toBe(text);
});

it('a deleted link reads as its poison, and the head of a list as the head', () => {
  expect([listLink(-0x100100), listLink(-0x200200), listLink(0), listLink(4096)]).toEqual([
    'LIST_POISON1',
    'LIST_POISON2',
    'head',
    undefined,
  ]);
});
