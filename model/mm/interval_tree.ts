/**
 * mm/interval_tree.c: the vmas of an anon_vma and of a file, by the pages that they cover.
 *
 * Abstracted: a tree of intervals is a singly linked list here, sorted by vm_pgoff and then by
 * insertion, which is the order in which the tree's iterator visits them. The list is read and
 * changed inside atomic sections, under the lock that the kernel demands for the tree.
 */
import {
  address_space,
  anon_vma,
  anon_vma_chain,
  vm_area_struct,
  type AddressSpace,
  type AnonVma,
  type Vma,
} from '../include/linux/mm_types';
import type { Ptr } from '../machine/struct';
import { peek, poke } from '../state/kernel';

const vma_ = vm_area_struct.offset;
const avc_ = anon_vma_chain.offset;

/** Pages of the file or of the anon_vma's index space that a vma covers; the end is exclusive. */
function covers(vma: Vma, first: number, last: number): boolean {
  const start = peek(vma + vma_.vm_pgoff);
  const pages = peek(vma + vma_.vm_end) - peek(vma + vma_.vm_start);
  return start <= last && first < start + pages;
}

/** Links `node` behind every node whose vm_pgoff is not larger. `head` and `next` are where links live. */
function insertSorted(head: Ptr, node: Ptr, next: number, key: (node: Ptr) => number): void {
  const pgoff = key(node);
  let link = head;
  for (let at = peek(link); at !== 0 && key(at) <= pgoff; at = peek(link)) link = at + next;
  poke(node + next, peek(link));
  poke(link, node);
}

/** Unlinks `node`. @throws Error if it is not on the list. */
function unlink(head: Ptr, node: Ptr, next: number): void {
  let link = head;
  while (peek(link) !== node) {
    if (peek(link) === 0) throw new Error('unlink: the node is not in the interval tree');
    link = peek(link) + next;
  }
  poke(link, peek(node + next));
  poke(node + next, 0);
}

const avcPgoff = (avc: Ptr): number => peek(peek(avc + avc_.vma) + vma_.vm_pgoff);
const vmaPgoff = (vma: Ptr): number => peek(vma + vma_.vm_pgoff);

/** mm/interval_tree.c anon_vma_interval_tree_insert. Root lock held for writing. */
export function anon_vma_interval_tree_insert(avc: Ptr, anonVma: AnonVma): void {
  insertSorted(anonVma + anon_vma.offset.rb_root, avc, avc_.rb_next, avcPgoff);
}

/** mm/interval_tree.c anon_vma_interval_tree_remove. Root lock held for writing. */
export function anon_vma_interval_tree_remove(avc: Ptr, anonVma: AnonVma): void {
  unlink(anonVma + anon_vma.offset.rb_root, avc, avc_.rb_next);
}

/** anon_vma_interval_tree_foreach: vmas that cover page `pgoff`, in order. Root lock held. */
export function anonVmaIntervalTreeVmas(anonVma: AnonVma, pgoff: number): Vma[] {
  const found: Vma[] = [];
  let avc = peek(anonVma + anon_vma.offset.rb_root);
  for (; avc !== 0; avc = peek(avc + avc_.rb_next)) {
    const vma = peek(avc + avc_.vma);
    if (covers(vma, pgoff, pgoff)) found.push(vma);
  }
  return found;
}

/** mm/interval_tree.c vma_interval_tree_insert. i_mmap_mutex held. */
export function vma_interval_tree_insert(vma: Vma, mapping: AddressSpace): void {
  insertSorted(mapping + address_space.offset.i_mmap, vma, vma_.shared_next, vmaPgoff);
}

/** mm/interval_tree.c vma_interval_tree_insert_after: right behind `prev`, whose start is the same. */
export function vma_interval_tree_insert_after(vma: Vma, prev: Vma): void {
  poke(vma + vma_.shared_next, peek(prev + vma_.shared_next));
  poke(prev + vma_.shared_next, vma);
}

/** mm/interval_tree.c vma_interval_tree_remove. i_mmap_mutex held. */
export function vma_interval_tree_remove(vma: Vma, mapping: AddressSpace): void {
  unlink(mapping + address_space.offset.i_mmap, vma, vma_.shared_next);
}

/** vma_interval_tree_foreach: linear vmas of a file that cover a page in `first .. last`, in order. */
export function vmaIntervalTreeVmas(mapping: AddressSpace, first: number, last: number): Vma[] {
  return listed(mapping + address_space.offset.i_mmap).filter((vma) => covers(vma, first, last));
}

/** include/linux/mm.h vma_nonlinear_insert: at the end of the list. i_mmap_mutex held. */
export function vma_nonlinear_insert(vma: Vma, mapping: AddressSpace): void {
  insertSorted(mapping + address_space.offset.i_mmap_nonlinear, vma, vma_.shared_next, () => 0);
}

/** Takes a vma off the list of nonlinear ones. i_mmap_mutex held. */
export function vmaNonlinearRemove(vma: Vma, mapping: AddressSpace): void {
  unlink(mapping + address_space.offset.i_mmap_nonlinear, vma, vma_.shared_next);
}

/** The nonlinear vmas of a file, oldest first. i_mmap_mutex held. */
export function vmaNonlinearVmas(mapping: AddressSpace): Vma[] {
  return listed(mapping + address_space.offset.i_mmap_nonlinear);
}

function listed(head: Ptr): Vma[] {
  const vmas: Vma[] = [];
  for (let vma = peek(head); vma !== 0; vma = peek(vma + vma_.shared_next)) vmas.push(vma);
  return vmas;
}
