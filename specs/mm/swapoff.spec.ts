/** mm/swapfile.c try_to_unuse and sys_swapoff. */
import { pte_dirty, pte_write, pte_young } from '../../model/arch/x86/include/asm/pgtable';
import { Page, mm_struct } from '../../model/include/linux/mm_types';
import { userRead, userWrite } from '../../model/hardware/user-access';
import { store, type Steps } from '../../model/machine/op';
import { completeWriteback } from '../../model/mm/page_io';
import { get_swap_page, swap_duplicate, swap_free, swapoff } from '../../model/mm/swapfile';
import { swapin_readahead } from '../../model/mm/swap_state';
import { boot, type Programs } from './support/boot';
import { outcomesOf, preemptedOutcomes } from './support/outcomes';

const EINVAL = 22;
const ENOMEM = 12;
const ENOSYS = 38;
const HAS_CACHE = 0x40;

const byte = (p: Programs, offset: number): number => p.word(p.kernel.swap_map + offset * 4);
const rss = (p: Programs, process = 0): number[] => {
  const { rss_anon, rss_swapents } = mm_struct.offset;
  return [rss_anon, rss_swapents].map((field) => p.word(p.mm(process) + field));
};

/** Process 0 has written [7, 0] at address 0, and the page is swapped out, written and out of the cache. */
function swappedOut(config: Parameters<typeof boot>[0] = {}): Programs {
  const p = boot({ cpus: 2, ...config });
  p.map(0, 2);
  p.write(0, 7);
  const page = p.swapOut(0);
  dropFromCache(p, page);
  return p;
}

/** Ends write-back as reclaim would, and frees the page. */
function dropFromCache(p: Programs, page: number): void {
  const slot = p.word(page + Page.private);
  for (const part of [0, 1]) p.set(p.kernel.swapSlot(slot, part), p.contents(page)[part]!);
  p.set(p.kernel.swapper_space + slot * 4, 0);
  p.set(p.kernel.swap_map + slot * 4, byte(p, slot) & ~HAS_CACHE);
}

describe('swapoff', () => {
  it('maps what was swapped out again: old, clean and read-only, the page dirty and active', () => {
    const p = swappedOut();
    expect(rss(p)).toEqual([0, 1]);
    expect(p.run(swapoff(p.cpu()))).toBe(0);
    const pte = p.pte(0);
    expect([pte_young(pte), pte_dirty(pte), pte_write(pte)]).toEqual([false, false, false]);
    const page = p.pageAt(0);
    expect([p.has(page, 'PG_dirty'), p.has(page, 'PG_swapcache')]).toEqual([true, false]);
    expect([rss(p), byte(p, 1)]).toEqual([[1, 0], 0]);
    expect([p.word(p.kernel.total_swap_pages), p.word(p.kernel.nr_swap_pages)]).toEqual([0, 0]);
    expect([p.read(0), p.unlocked]).toEqual([7, true]);
  });

  it('leaves no swap to have, and refuses to be done twice', () => {
    const p = swappedOut();
    p.run(swapoff(p.cpu()));
    expect(p.run(get_swap_page(p.cpu()))).toBe(0);
    expect(p.run(swapoff(p.cpu()))).toBe(-EINVAL);
  });

  // kernel/sys_ni.c cond_syscall: mm/swapfile.c is built with CONFIG_SWAP only.
  it('is no system call of a kernel without CONFIG_SWAP', () => {
    const p = boot({ CONFIG_SWAP: false });
    expect(p.run(swapoff(p.cpu()))).toBe(-ENOSYS);
  });

  it('finds every process that shares the slot', () => {
    const p = swappedOut();
    p.fork();
    expect(byte(p, 1)).toBe(2);
    expect(p.run(swapoff(p.cpu()))).toBe(0);
    expect(p.pageAt(0, 1)).toBe(p.pageAt(0, 0));
    expect(p.word(p.pageAt(0) + Page._mapcount)).toBe(1);
    expect([rss(p, 0), rss(p, 1)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect([p.read(0), p.read(0, { process: 1, cpu: 1 })]).toEqual([7, 7]);
  });

  it('frees the slot of a page that is in the swap cache and mapped already', () => {
    const p = swappedOut();
    p.read(0);
    const page = p.pageAt(0);
    expect([p.has(page, 'PG_swapcache'), p.has(page, 'PG_dirty')]).toEqual([true, false]);
    expect(p.run(swapoff(p.cpu()))).toBe(0);
    expect([p.has(page, 'PG_swapcache'), p.has(page, 'PG_dirty'), byte(p, 1)]).toEqual([
      false,
      true,
      0,
    ]);
  });

  it('without memory gives up, and swap can be used again', () => {
    const p = swappedOut({ allocationsFail: true });
    const free = p.word(p.kernel.nr_swap_pages);
    expect(p.choosing([1], swapoff(p.cpu()))).toBe(-ENOMEM);
    expect(p.word(p.kernel.nr_swap_pages)).toBe(free);
    expect(p.choosing([], get_swap_page(p.cpu()))).toBeGreaterThan(0);
  });

  it('waits while a slot has a user that it cannot find, and goes on when that is gone', () => {
    const p = swappedOut();
    p.run(swap_duplicate(p.cpu(), 1));
    const tasks = [() => swapoff(p.cpu(0)), () => swap_free(p.cpu(1), 1)] as const;
    const seen = preemptedOutcomes(
      p.kernel,
      tasks,
      ([result]) => `${String(result)} ${byte(p, 1)}`,
    );
    expect(seen).toEqual(['0 0']);
    const alone = outcomesOf(p.kernel, [tasks[0]], ([result]) => `${String(result)} ${byte(p, 1)}`);
    expect(alone).toEqual(['unfinished 1']);
  });

  it('writes a dirty page, and waits for it, before it leaves the cache while its slot has users', () => {
    const p = swappedOut();
    p.run(swap_duplicate(p.cpu(), 1));
    const page = p.run(swapin_readahead(p.cpu(), 1));
    p.set(page + Page.PG_dirty, 1);
    p.set(page + Page.content0, 70);
    const tasks = [() => swapoff(p.cpu(0)), () => completeWriteback(p.cpu(1), false)] as const;
    const seen = preemptedOutcomes(p.kernel, tasks, () => {
      const cached = p.has(page, 'PG_swapcache') ? 'cached' : 'gone';
      return `${cached} ${p.word(p.kernel.swapSlot(1, 0))}`;
    });
    // At most points there is nothing to end yet, and then nobody ends it.
    expect(seen).toEqual(['cached 7', 'gone 70']);
  });

  it('does not wait for a process that never had anything swapped out', () => {
    const p = swappedOut();
    p.run(swap_duplicate(p.cpu(), 1));
    p.set(p.mm(1) + mm_struct.offset.mm_users, 1);
    p.set(p.mm(1) + mm_struct.offset.mmap_sem, -1);
    const tasks = [() => swapoff(p.cpu(0)), () => swap_free(p.cpu(1), 1)] as const;
    expect(preemptedOutcomes(p.kernel, tasks, ([result]) => String(result))).toEqual(['0']);
  });

  it('with another fault on the page gives each process its data', () => {
    const p = swappedOut();
    const tasks = [() => swapoff(p.cpu(0)), () => userWrite(p.task(0, 1), 0, 1, 9)] as const;
    const seen = preemptedOutcomes(p.kernel, tasks, ([result]) =>
      [result, p.contents(p.pageAt(0)).join(), byte(p, 1), rss(p).join(), p.unlocked].join(' '),
    );
    expect(seen).toEqual(['0 7,9 0 1,0 true']);
  });

  it('looks everywhere in a process for a page that was never mapped, not only where rmap points', () => {
    const p = swappedOut();
    // No pte has mapped the fresh page yet, so it has no anon_vma to go by.
    const page = p.run(swapin_readahead(p.cpu(), 1));
    expect(p.word(page + Page.mapping)).toBe(0);
    expect(p.run(swapoff(p.cpu()))).toBe(0);
    expect(p.pageAt(0)).toBe(page);
    expect(p.word(page + Page.mapping) & 1).toBe(1);
  });

  it('needs mmap_sem: it waits for a writer with the page unlocked', () => {
    const p = swappedOut();
    const page = p.run(swapin_readahead(p.cpu(), 1));
    const sem = p.mm() + mm_struct.offset.mmap_sem;
    p.set(sem, -1);
    const waiting = outcomesOf(p.kernel, [() => swapoff(p.cpu(0))], ([result]) =>
      [result, p.has(page, 'PG_locked'), byte(p, 1) & ~HAS_CACHE].join(' '),
    );
    expect(waiting).toEqual(['unfinished false 1']);
    const release = function* (): Steps {
      yield store(sem, 0);
      yield* userRead(p.task(0, 1), 0, 0);
    };
    const seen = preemptedOutcomes(p.kernel, [() => swapoff(p.cpu(0)), release], ([result]) =>
      [result, byte(p, 1), p.word(sem)].join(' '),
    );
    expect(seen).toEqual(['0 0 0']);
  });
});
