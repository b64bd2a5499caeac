import { mm_struct, Page } from '../../model/include/linux/mm_types';
import { bootKernel } from '../../model/state/boot';
import { defaultConfig } from '../../model/state/config';
import { kernel } from '../../model/state/kernel';

describe('bootKernel', () => {
  const word = (addr: number): number => kernel.machine.arena.mem[addr >> 2]!;

  it('deals every frame but the zero page to one CPU', () => {
    bootKernel({ ...defaultConfig, cpus: 3, frames: 16 });
    const seen = new Set<number>();
    for (let cpu = 0; cpu < 3; cpu++) {
      for (
        let page = word(kernel.percpu(cpu, 'pcp_first'));
        page;
        page = word(page + Page.lru_next)
      ) {
        seen.add(kernel.pfn(page));
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(word(kernel.zoneStat('NR_FREE_PAGES'))).toBe(15);
  });

  it('keeps the zero page out of the allocator for ever', () => {
    bootKernel(defaultConfig);
    expect(word(kernel.zeroPage + Page.free)).toBe(0);
    expect(word(kernel.zeroPage + Page.PG_reserved)).toBe(1);
    expect(word(kernel.zeroPage + Page._count)).toBe(1);
  });

  it('has all swap free, and none without CONFIG_SWAP', () => {
    bootKernel({ ...defaultConfig, swapSlots: 5 });
    expect(word(kernel.nr_swap_pages)).toBe(5);
    expect(word(kernel.swap_map)).not.toBe(0);
    expect(word(kernel.swap_map + 4)).toBe(0);
    bootKernel({ ...defaultConfig, swapSlots: 5, CONFIG_SWAP: false });
    expect(word(kernel.nr_swap_pages)).toBe(0);
    expect(word(kernel.total_swap_pages)).toBe(0);
  });

  it('has one process', () => {
    bootKernel(defaultConfig);
    expect(word(kernel.mmAt(0) + mm_struct.offset.mm_users)).toBe(1);
    expect(word(kernel.mmAt(1) + mm_struct.offset.mm_users)).toBe(0);
  });

  it('refuses a machine without a frame to give', () => {
    expect(() => bootKernel({ ...defaultConfig, frames: 1 })).toThrow(
      'frames is 1, and not a whole number from 2 to 65536',
    );
  });
});
