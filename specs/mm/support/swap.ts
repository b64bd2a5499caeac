/** A kernel to try swap and files on: slots, cached pages, files, and every interleaving of tasks. */
import {
  FileKind,
  Page,
  address_space,
  swap_info_struct,
} from '../../../model/include/linux/mm_types';
import { PAGE_MAPPING_ANON } from '../../../model/include/linux/mm';
import type { Steps } from '../../../model/machine/op';
import type { Ptr } from '../../../model/machine/struct';
import { put_page } from '../../../model/mm/swap';
import { add_to_swap } from '../../../model/mm/swap_state';
import { get_swap_page, swap_free } from '../../../model/mm/swapfile';
import { Bench } from './lru';
import { outcomesOf } from './outcomes';

export class SwapBench extends Bench {
  /** The swap map's byte of a slot. */
  byte(offset: number): number {
    return this.word(this.kernel.swap_map + offset * 4);
  }
  setByte(offset: number, byte: number): void {
    this.set(this.kernel.swap_map + offset * 4, byte);
  }
  /** The page that the swap cache has for a slot. */
  cached(offset: number): Ptr {
    return this.word(this.kernel.swapper_space + offset * 4);
  }
  get freeSlots(): number {
    return this.word(this.kernel.nr_swap_pages);
  }
  get usedSlots(): number {
    return this.word(this.kernel.swap_info + swap_info_struct.offset.inuse_pages);
  }
  get freeFrames(): number {
    return this.stat('NR_FREE_PAGES');
  }
  setSlot(offset: number, contents: readonly [number, number]): void {
    contents.forEach((value, part) => this.set(this.kernel.swapSlot(offset, part), value));
  }
  slot(offset: number): number[] {
    return [0, 1].map((part) => this.word(this.kernel.swapSlot(offset, part)));
  }
  setContents(page: Ptr, contents: readonly [number, number]): void {
    this.set(page + Page.content0, contents[0]);
    this.set(page + Page.content1, contents[1]);
  }
  contents(page: Ptr): number[] {
    return [this.word(page + Page.content0), this.word(page + Page.content1)];
  }
  lock(page: Ptr): void {
    this.set(page + Page.PG_locked, -1);
  }
  unlock(page: Ptr): void {
    this.set(page + Page.PG_locked, 0);
  }

  /** An anonymous page, locked, that `mappings` ptes would map; the count is 1 for the caller. */
  anonPage(mappings = 0): Ptr {
    const page = this.page('PG_uptodate', 'PG_swapbacked');
    this.set(page + Page._mapcount, mappings - 1);
    this.set(page + Page.mapping, this.kernel.anonVmas | PAGE_MAPPING_ANON);
    this.lock(page);
    return page;
  }

  /** The same in the swap cache and dirty, its slot with `users` users besides the cache. */
  cachedPage(users = 0, mappings = 0): Ptr {
    const page = this.anonPage(mappings);
    if (!this.run(add_to_swap(this.cpu(), page))) throw new Error('cachedPage: swap is full');
    const offset = this.word(page + Page.private);
    this.setByte(offset, this.byte(offset) + users);
    return page;
  }

  /** A slot with `users` users, not in the cache, with the given contents. @returns its entry. */
  swappedOut(users = 1, contents: readonly [number, number] = [7, 8]): number {
    const entry = this.run(get_swap_page(this.cpu()));
    if (entry === 0) throw new Error('swappedOut: swap is full');
    this.setByte(entry, users);
    this.set(this.kernel.swapTransit(entry), 0);
    this.setSlot(entry, contents);
    return entry;
  }

  /** The offset of the slot that a page in the swap cache has. */
  offsetOf(page: Ptr): number {
    return this.word(page + Page.private);
  }

  put(page: Ptr): void {
    this.run(put_page(this.cpu(), page));
  }
  free(entry: number): void {
    this.run(swap_free(this.cpu(), entry));
  }

  /** A file of `size` pages; what is on its disk at page i is [10 i + 1, 10 i + 2]. */
  file(kind: keyof typeof FileKind = 'file', size = 4, slot = 0): Ptr {
    const mapping = this.kernel.mappings + slot * address_space.size;
    this.set(mapping + address_space.offset.kind, FileKind[kind]);
    this.set(mapping + address_space.offset.size, size);
    for (let index = 0; index < size; index++) {
      for (const part of [0, 1]) {
        this.set(this.kernel.disk(mapping, index, part), 10 * index + part + 1);
      }
    }
    return mapping;
  }

  /** The word of a file's page tree. */
  tree(mapping: Ptr, index: number): number {
    return this.word(this.kernel.pageTree(mapping, index));
  }

  /** The faults met so far, as text. */
  complaints(): string[] {
    return this.kernel.machine.faults.map(({ what }) => what);
  }

  /** Every outcome that tasks running concurrently from the present state can have, sorted. */
  outcomes(
    tasks: readonly (() => Steps<unknown>)[],
    observe: (results: readonly unknown[]) => string,
  ): string[] {
    return outcomesOf(this.kernel, tasks, observe);
  }
}
