/**
 * mm/rmap.c and include/linux/rmap.h: life of an anon_vma, and the chain that ties it to vmas.
 *
 * anon_vma objects come from a SLAB_DESTROY_BY_RCU cache: a freed one keeps its contents and may
 * become another anon_vma, but never another type of object, while somebody is in an RCU section.
 * The root's rwsem is the lock of the whole tree of anon_vmas.
 */
import { ENOMEM } from '../../include/uapi/asm-generic/errno-base';
import { VM_BUG_ON, WARN_ON } from '../../include/linux/bug';
import {
  anon_vma,
  anon_vma_chain,
  mm_struct,
  vm_area_struct,
  type AnonVma,
  type Vma,
} from '../../include/linux/mm_types';
import { VM_ACCESS_FLAGS, VM_SOFTDIRTY } from '../../include/linux/vm_flags';
import { KernelFault } from '../../machine/fault';
import {
  decAndTest,
  load,
  lock,
  readLock,
  readUnlock,
  step,
  unlock,
  addToCount,
  type Steps,
} from '../../machine/op';
import type { Ptr } from '../../machine/struct';
import type { Cpu } from '../../state/cpu';
import { kernel, peek, poke } from '../../state/kernel';
import { allocationFails, freeSlot } from '../../state/slots';
import { anon_vma_interval_tree_insert, anon_vma_interval_tree_remove } from '../interval_tree';

const av_ = anon_vma.offset;
const avc_ = anon_vma_chain.offset;
const vma_ = vm_area_struct.offset;

/** `struct anon_vma_chain *` */
type Avc = Ptr;

/**
 * Stands where the kernel dereferences an anon_vma pointer that it computed from page->mapping: a
 * pointer that is no anon_vma object, live or freed, is an oops. Real hardware would read a
 * neighbouring word of the object for a pointer that is off by a tag bit; what stands there is
 * chance (padding, half a pointer), so the model stops at the wrong access itself.
 */
export function anonVmaObject(pointer: Ptr, where: string): AnonVma {
  const { anonVmas, config } = kernel;
  const offset = pointer - anonVmas;
  const inside = offset >= 0 && offset < config.anonVmas * anon_vma.size;
  if (inside && offset % anon_vma.size === 0) return pointer;
  const what =
    pointer === 0
      ? 'NULL pointer dereference'
      : inside
        ? `no anon_vma at this address: ${offset % anon_vma.size} bytes into one`
        : 'no anon_vma at this address';
  throw new KernelFault({ kind: 'oops', where, what });
}

/**
 * As {@link anonVmaObject}, where no RCU section keeps the memory and the kernel relies on the
 * object being allocated.
 */
export function liveAnonVma(pointer: Ptr, where: string): AnonVma {
  const anonVma = anonVmaObject(pointer, where);
  if (peek(anonVma + av_.used) === 0) {
    throw new KernelFault({ kind: 'oops', where, what: 'use after free of an anon_vma' });
  }
  return anonVma;
}

/** include/linux/rmap.h anon_vma_lock_write. The root of a live anon_vma never changes. */
export function* anon_vma_lock_write(anonVma: AnonVma): Steps {
  const live = liveAnonVma(anonVma, 'include/linux/rmap.h anon_vma_lock_write');
  yield lock(peek(live + av_.root) + av_.rwsem);
}

/** include/linux/rmap.h anon_vma_unlock_write. */
export function* anon_vma_unlock_write(anonVma: AnonVma): Steps {
  yield unlock(peek(anonVma + av_.root) + av_.rwsem);
}

/** include/linux/rmap.h anon_vma_lock_read. */
export function* anon_vma_lock_read(anonVma: AnonVma): Steps {
  const live = liveAnonVma(anonVma, 'include/linux/rmap.h anon_vma_lock_read');
  yield readLock(peek(live + av_.root) + av_.rwsem);
}

/** include/linux/rmap.h anon_vma_unlock_read. */
export function* anon_vma_unlock_read(anonVma: AnonVma): Steps {
  yield readUnlock(peek(anonVma + av_.root) + av_.rwsem);
}

/** mm/rmap.c anon_vma_alloc: 0 without memory. `vma` only spreads allocations over the slots. */
function* anon_vma_alloc(vma: Vma): Steps<AnonVma> {
  if (yield* allocationFails()) return 0;
  yield step(vma + vma_.anon_vma);
  const anonVma = freeSlot(
    {
      what: 'anon_vmas',
      option: 'anonVmas',
      base: kernel.anonVmas,
      layout: anon_vma,
      count: kernel.config.anonVmas,
      inUse: av_.used,
    },
    vmaIndex(vma),
  );
  poke(anonVma + av_.used, 1);
  poke(anonVma + av_.refcount, 1);
  poke(anonVma + av_.root, anonVma);
  return anonVma;
}

/**
 * mm/rmap.c anon_vma_free: waits for whoever holds the root's lock, since page_lock_anon_vma_read
 * may have got it after the last look at the reference count.
 */
function* anon_vma_free(anonVma: AnonVma): Steps {
  const refcount = yield load(anonVma + av_.refcount);
  VM_BUG_ON(refcount !== 0, 'mm/rmap.c anon_vma_free', 'atomic_read(&anon_vma->refcount)');
  const root = peek(anonVma + av_.root);
  if ((yield load(root + av_.rwsem)) !== 0) {
    yield lock(root + av_.rwsem);
    yield unlock(root + av_.rwsem);
  }
  yield step(anonVma + av_.used);
  poke(anonVma + av_.used, 0);
}

/**
 * mm/rmap.c __put_anon_vma. In 3.14 the root may be freed first, and its rwsem is looked at once
 * more by anon_vma_free of the other: the memory is still an anon_vma's.
 */
export function* __put_anon_vma(anonVma: AnonVma): Steps {
  const root = yield load(anonVma + av_.root);
  if (root !== anonVma && (yield decAndTest(root + av_.refcount))) yield* anon_vma_free(root);
  yield* anon_vma_free(anonVma);
}

/** include/linux/rmap.h get_anon_vma: of one that cannot go away meanwhile. */
export function* get_anon_vma(anonVma: AnonVma): Steps {
  yield addToCount(anonVmaObject(anonVma, 'include/linux/rmap.h get_anon_vma') + av_.refcount, 1);
}

/** include/linux/rmap.h put_anon_vma. */
export function* put_anon_vma(anonVma: AnonVma): Steps {
  const object = anonVmaObject(anonVma, 'include/linux/rmap.h put_anon_vma');
  if (yield decAndTest(object + av_.refcount)) yield* __put_anon_vma(object);
}

/** mm/rmap.c anon_vma_chain_alloc: 0 without memory. */
function* anon_vma_chain_alloc(vma: Vma): Steps<Avc> {
  if (yield* allocationFails()) return 0;
  yield step(vma + vma_.anon_vma_chain);
  const avc = freeSlot(
    {
      what: 'anon_vma_chains',
      option: 'vmas',
      base: kernel.avcs,
      layout: anon_vma_chain,
      count: kernel.avcCount,
      inUse: avc_.vma,
    },
    Math.floor((vmaIndex(vma) * kernel.avcCount) / kernel.config.vmas),
  );
  poke(avc + avc_.vma, vma);
  return avc;
}

/** mm/rmap.c anon_vma_chain_free. */
function* anon_vma_chain_free(avc: Avc): Steps {
  yield step(avc + avc_.vma);
  poke(avc + avc_.vma, 0);
  poke(avc + avc_.anon_vma, 0);
}

/** mm/rmap.c anon_vma_chain_link: first of its vma, last of its key in the tree. Atomic section. */
function anon_vma_chain_link(vma: Vma, avc: Avc, anonVma: AnonVma): void {
  poke(avc + avc_.anon_vma, anonVma);
  poke(avc + avc_.same_vma, peek(vma + vma_.anon_vma_chain));
  poke(vma + vma_.anon_vma_chain, avc);
  anon_vma_interval_tree_insert(avc, anonVma);
}

/** The chain of a vma, newest first. Atomic section; needs mmap_sem, or the vma unlinked. */
export function anonVmaChainOf(vma: Vma): Avc[] {
  const chain: Avc[] = [];
  let avc = peek(vma + vma_.anon_vma_chain);
  for (; avc !== 0; avc = peek(avc + avc_.same_vma)) chain.push(avc);
  return chain;
}

/** list_is_singular of a vma's chain. Atomic section. */
export function anonVmaChainIsSingular(vma: Vma): boolean {
  const first = peek(vma + vma_.anon_vma_chain);
  return first !== 0 && peek(first + avc_.same_vma) === 0;
}

/**
 * mm/rmap.c anon_vma_prepare: gives the vma an anon_vma, at the first write fault into it. Two
 * threads may do so at once, under mmap_sem for reading. Abstracted: mm->page_table_lock is an
 * atomic section.
 *
 * @returns 0 or -ENOMEM.
 */
export function* anon_vma_prepare(_cpu: Cpu, vma: Vma): Steps<number> {
  if ((yield load(vma + vma_.anon_vma)) !== 0) return 0;
  let avc = yield* anon_vma_chain_alloc(vma);
  if (avc === 0) return -ENOMEM;
  let anonVma = yield* find_mergeable_anon_vma(vma);
  let allocated = 0;
  if (anonVma === 0) {
    anonVma = yield* anon_vma_alloc(vma);
    if (anonVma === 0) {
      yield* anon_vma_chain_free(avc);
      return -ENOMEM;
    }
    allocated = anonVma;
  }
  yield* anon_vma_lock_write(anonVma);
  yield step(vma + vma_.anon_vma);
  if (peek(vma + vma_.anon_vma) === 0) {
    poke(vma + vma_.anon_vma, anonVma);
    anon_vma_chain_link(vma, avc, anonVma);
    allocated = 0;
    avc = 0;
  }
  yield* anon_vma_unlock_write(anonVma);
  if (allocated !== 0) yield* put_anon_vma(allocated);
  if (avc !== 0) yield* anon_vma_chain_free(avc);
  return 0;
}

/** mm/mmap.c find_mergeable_anon_vma: a neighbour's, if the two vmas could become one. */
function* find_mergeable_anon_vma(vma: Vma): Steps<AnonVma> {
  yield step(vma + vma_.vm_next);
  const next = peek(vma + vma_.vm_next);
  if (next !== 0) {
    const anonVma = reusable_anon_vma(next, vma, next);
    if (anonVma !== 0) return anonVma;
  }
  const mm = peek(vma + vma_.vm_mm);
  let prev = peek(mm + mm_struct.offset.mmap);
  while (prev !== 0 && peek(prev + vma_.vm_next) !== vma) prev = peek(prev + vma_.vm_next);
  return prev === 0 ? 0 : reusable_anon_vma(prev, prev, vma);
}

/** mm/mmap.c reusable_anon_vma. */
function reusable_anon_vma(old: Vma, a: Vma, b: Vma): AnonVma {
  if (!anon_vma_compatible(a, b)) return 0;
  const anonVma = peek(old + vma_.anon_vma);
  return anonVma !== 0 && anonVmaChainIsSingular(old) ? anonVma : 0;
}

/** mm/mmap.c anon_vma_compatible: adjacent in memory and in the file, alike but for access rights. */
function anon_vma_compatible(a: Vma, b: Vma): boolean {
  const differ = peek(a + vma_.vm_flags) ^ peek(b + vma_.vm_flags);
  return (
    peek(a + vma_.vm_end) === peek(b + vma_.vm_start) &&
    peek(a + vma_.vm_file) === peek(b + vma_.vm_file) &&
    (differ & ~(VM_ACCESS_FLAGS | VM_SOFTDIRTY)) === 0 &&
    peek(b + vma_.vm_pgoff) ===
      peek(a + vma_.vm_pgoff) + peek(b + vma_.vm_start) - peek(a + vma_.vm_start)
  );
}

/** mm/rmap.c lock_anon_vma_root: one lock for a whole chain, whose anon_vmas share their root. */
function* lock_anon_vma_root(root: AnonVma, anonVma: AnonVma): Steps<AnonVma> {
  const new_root = peek(liveAnonVma(anonVma, 'mm/rmap.c lock_anon_vma_root') + av_.root);
  if (new_root === root) return root;
  WARN_ON(root !== 0, 'mm/rmap.c lock_anon_vma_root', 'root');
  if (root !== 0) yield unlock(root + av_.rwsem);
  yield lock(new_root + av_.rwsem);
  return new_root;
}

function* unlock_anon_vma_root(root: AnonVma): Steps {
  if (root !== 0) yield unlock(root + av_.rwsem);
}

/**
 * mm/rmap.c anon_vma_clone: links `dst` to every anon_vma of `src`, oldest first.
 *
 * @returns 0 or -ENOMEM.
 */
export function* anon_vma_clone(cpu: Cpu, dst: Vma, src: Vma): Steps<number> {
  let root: AnonVma = 0;
  yield step(src + vma_.anon_vma_chain);
  for (const pavc of anonVmaChainOf(src).reverse()) {
    let avc = yield* anon_vma_chain_alloc(dst);
    if (avc === 0) {
      // GFP_NOWAIT failed: once more, sleeping, so without the lock.
      yield* unlock_anon_vma_root(root);
      root = 0;
      avc = yield* anon_vma_chain_alloc(dst);
      if (avc === 0) {
        yield* unlink_anon_vmas(cpu, dst);
        return -ENOMEM;
      }
    }
    const anonVma = peek(pavc + avc_.anon_vma);
    root = yield* lock_anon_vma_root(root, anonVma);
    yield step(anonVma + av_.rb_root);
    anon_vma_chain_link(dst, avc, anonVma);
  }
  yield* unlock_anon_vma_root(root);
  return 0;
}

/**
 * mm/rmap.c anon_vma_fork: the child's vma is linked to all anon_vmas of the parent's, so that a
 * walk finds pages from before the fork, and gets one of its own for the pages to come.
 *
 * @returns 0 or -ENOMEM.
 */
export function* anon_vma_fork(cpu: Cpu, vma: Vma, pvma: Vma): Steps<number> {
  const parent = yield load(pvma + vma_.anon_vma);
  if (parent === 0) return 0;
  if ((yield* anon_vma_clone(cpu, vma, pvma)) !== 0) return -ENOMEM;
  const anonVma = yield* anon_vma_alloc(vma);
  const avc = anonVma === 0 ? 0 : yield* anon_vma_chain_alloc(vma);
  if (avc === 0) {
    if (anonVma !== 0) yield* put_anon_vma(anonVma);
    yield* unlink_anon_vmas(cpu, vma);
    return -ENOMEM;
  }
  yield step(vma + vma_.anon_vma);
  const root = peek(parent + av_.root);
  poke(anonVma + av_.root, root);
  poke(vma + vma_.anon_vma, anonVma);
  yield* get_anon_vma(root);
  yield* anon_vma_lock_write(anonVma);
  yield step(anonVma + av_.rb_root);
  anon_vma_chain_link(vma, avc, anonVma);
  yield* anon_vma_unlock_write(anonVma);
  return 0;
}

/**
 * mm/rmap.c unlink_anon_vmas: takes the vma out of every tree; anon_vmas that are left without a
 * vma are put after the lock was dropped.
 */
export function* unlink_anon_vmas(_cpu: Cpu, vma: Vma): Steps {
  let root: AnonVma = 0;
  const empty: Avc[] = [];
  yield step(vma + vma_.anon_vma_chain);
  for (const avc of anonVmaChainOf(vma)) {
    const anonVma = peek(avc + avc_.anon_vma);
    root = yield* lock_anon_vma_root(root, anonVma);
    yield step(anonVma + av_.rb_root);
    anon_vma_interval_tree_remove(avc, anonVma);
    if (peek(anonVma + av_.rb_root) === 0) empty.push(avc);
    else yield* anon_vma_chain_free(avc);
  }
  yield* unlock_anon_vma_root(root);
  for (const avc of empty) {
    yield* put_anon_vma(peek(avc + avc_.anon_vma));
    yield* anon_vma_chain_free(avc);
  }
  yield step(vma + vma_.anon_vma_chain);
  poke(vma + vma_.anon_vma_chain, 0);
}

const vmaIndex = (vma: Vma): number => (vma - kernel.vmas) / vm_area_struct.size;
