/** The address_space operations and vm operations of the mappings that there are, by their kind. */
import { isShmem } from '../include/linux/fs';
import type { AddressSpace, Page } from '../include/linux/mm_types';
import { swap_address_space } from '../include/linux/swap';
import type { VmOperations } from '../include/linux/vm_fault';
import type { Steps } from '../machine/op';
import { filemap_fault, filemap_page_mkwrite } from '../mm/filemap';
import { swap_writepage } from '../mm/page_io';
import { shmem_fault, shmem_writepage } from '../mm/shmem';
import type { Cpu } from '../state/cpu';
import { mpage_writepage } from './mpage';

const generic_file_vm_ops: VmOperations = {
  fault: filemap_fault,
  page_mkwrite: filemap_page_mkwrite,
};
const shmem_vm_ops: VmOperations = { fault: shmem_fault };

/** vma->vm_ops of a mapping of a file that has a page cache. */
export const vm_ops = (mapping: AddressSpace): VmOperations =>
  isShmem(mapping) ? shmem_vm_ops : generic_file_vm_ops;

/**
 * mapping->a_ops->writepage: the page is locked and clean; unlocked afterwards, unless the answer is
 * AOP_WRITEPAGE_ACTIVATE.
 */
export function writepage(cpu: Cpu, mapping: AddressSpace, page: Page): Steps<number> {
  if (mapping === swap_address_space()) return swap_writepage(cpu, page);
  return isShmem(mapping) ? shmem_writepage(cpu, page) : mpage_writepage(cpu, page);
}
