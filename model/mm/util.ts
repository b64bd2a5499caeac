/** mm/util.c: whose cache a page belongs to. */
import { mappingIsAnon } from '../include/linux/mm';
import { Page, type AddressSpace, type Page as PagePtr } from '../include/linux/mm_types';
import { PageSwapCache } from '../include/linux/page-flags';
import { swap_address_space } from '../include/linux/swap';
import { load, type Steps } from '../machine/op';

/**
 * mm/util.c page_mapping: the swap cache's address space for a page in it, whatever `mapping` holds;
 * 0 for other anonymous pages; else `mapping` as it is. The field is read before the flag. Slab
 * pages do not come here.
 */
export function* page_mapping(page: PagePtr): Steps<AddressSpace> {
  const mapping = yield load(page + Page.mapping);
  if (yield PageSwapCache(page)) return swap_address_space();
  return mappingIsAnon(mapping) ? 0 : mapping;
}
