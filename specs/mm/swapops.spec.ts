/** include/linux/swapops.h, include/linux/swap.h: swap, migration and hwpoison entries. */
import {
  MAX_SWAPFILES,
  SWP_HWPOISON,
  SWP_MIGRATION_READ,
  SWP_MIGRATION_WRITE,
  is_hwpoison_entry,
  is_migration_entry,
  is_write_migration_entry,
  make_hwpoison_entry,
  make_migration_entry,
  make_migration_entry_read,
  migration_entry_to_page,
  non_swap_entry,
  radix_to_swp_entry,
  radix_tree_exceptional_entry,
  swp_entry,
  swp_offset,
  swp_to_radix_entry,
  swp_type,
} from '../../model/include/linux/swapops';
import { SwapBench } from './support/swap';

describe('the types of entries', () => {
  it.each([
    [true, true, 29, 29, 30, 31],
    [true, false, 30, undefined, 30, 31],
    [false, true, 31, 31, undefined, undefined],
  ])(
    'with migration %s and memory failure %s the first of 32 that is no swap is %i',
    (migration, memoryFailure, first, poison, read, write) => {
      new SwapBench({ CONFIG_MIGRATION: migration, CONFIG_MEMORY_FAILURE: memoryFailure });
      expect(MAX_SWAPFILES()).toBe(first);
      if (poison !== undefined) expect(SWP_HWPOISON()).toBe(poison);
      if (read !== undefined)
        expect([SWP_MIGRATION_READ(), SWP_MIGRATION_WRITE()]).toEqual([read, write]);
    },
  );

  it('what is not configured is recognised in no entry', () => {
    new SwapBench({ CONFIG_MIGRATION: false, CONFIG_MEMORY_FAILURE: false });
    const entry = swp_entry(31, 5);
    expect([is_migration_entry(entry), is_hwpoison_entry(entry), non_swap_entry(entry)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('a swap entry is neither', () => {
    new SwapBench();
    const entry = swp_entry(0, 5);
    expect([is_migration_entry(entry), is_hwpoison_entry(entry), non_swap_entry(entry)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([swp_type(entry), swp_offset(entry)]).toEqual([0, 5]);
  });
});

describe('migration entries', () => {
  it('carry the frame and the flavour', () => {
    const bench = new SwapBench();
    const page = bench.anonPage();
    const write = bench.run(make_migration_entry(page, true));
    const read = bench.run(make_migration_entry(page, false));
    expect([is_write_migration_entry(write), is_write_migration_entry(read)]).toEqual([
      true,
      false,
    ]);
    expect([is_migration_entry(write), is_migration_entry(read)]).toEqual([true, true]);
    expect(make_migration_entry_read(write)).toBe(read);
    expect(bench.run(migration_entry_to_page(bench.cpu(), write))).toBe(page);
  });

  it('are a BUG once nobody holds the lock of their page', () => {
    const bench = new SwapBench();
    const page = bench.anonPage();
    const entry = bench.run(make_migration_entry(page, true));
    bench.unlock(page);
    const faults = bench.faultsOf(migration_entry_to_page(bench.cpu(), entry));
    expect(faults.map(({ kind, what }) => [kind, what])).toEqual([['BUG', '!PageLocked(page)']]);
    expect(bench.faultsOf(make_migration_entry(page, false))).toHaveLength(1);
  });
});

describe('hwpoison entries', () => {
  it('carry the frame, and are no migration entries', () => {
    const bench = new SwapBench();
    const page = bench.anonPage();
    const entry = bench.run(make_hwpoison_entry(page));
    expect([is_hwpoison_entry(entry), is_migration_entry(entry)]).toEqual([true, false]);
    expect(bench.kernel.pageAt(swp_offset(entry))).toBe(page);
  });
});

describe('an entry in a page tree', () => {
  it('comes back as it was, and is never taken for a page', () => {
    const bench = new SwapBench();
    const entry = swp_entry(0, 3);
    const item = swp_to_radix_entry(entry);
    expect(radix_to_swp_entry(item)).toBe(entry);
    expect(radix_tree_exceptional_entry(item)).toBe(true);
    expect(radix_tree_exceptional_entry(bench.kernel.pageAt(3))).toBe(false);
  });
});
