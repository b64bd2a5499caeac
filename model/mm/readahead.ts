/** mm/readahead.c: pages of a file that nobody waits for. */
import { mpage_readpage } from '../fs/mpage';
import { address_space, FileKind, type AddressSpace } from '../include/linux/mm_types';
import { load, type Steps } from '../machine/op';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';
import { add_to_page_cache_lru } from './filemap';
import { alloc_page } from './page_alloc';
import { put_page } from './swap';

const Mapping = address_space.offset;

/**
 * mm/readahead.c force_page_cache_readahead: reads what is missing, up to the file's end. Abstracted:
 * pages are allocated and read one by one, not first all and then all.
 *
 * @param offset first page, @param nr_to_read pages
 */
export function* force_page_cache_readahead(
  cpu: Cpu,
  mapping: AddressSpace,
  offset: number,
  nr_to_read: number,
): Steps {
  // Only a disk file's operations have a readpage that is asked here.
  if ((yield load(mapping + Mapping.kind)) !== FileKind.file) return;
  const size = yield load(mapping + Mapping.size);
  const end = Math.min(offset + nr_to_read, size);
  for (let index = offset; index < end; index++) {
    if (yield load(kernel.pageTree(mapping, index))) continue;
    const page = yield* alloc_page(cpu);
    if (page === 0) return;
    const error = yield* add_to_page_cache_lru(cpu, page, mapping, index);
    if (error === 0) yield* mpage_readpage(cpu, page);
    yield* put_page(cpu, page);
  }
}
