/** fs/open.c: changing a file's size, and punching holes into it. Offsets and sizes are in pages. */
import { isShmem } from '../include/linux/fs';
import { PAGE_PARTS, address_space, type AddressSpace } from '../include/linux/mm_types';
import { lock, step, unlock, type Steps } from '../machine/op';
import { shmemFallocateHole, shmem_setattr } from '../mm/shmem';
import { truncate_pagecache_range, truncate_setsize } from '../mm/truncate';
import type { Cpu } from '../state/cpu';
import { kernel, poke } from '../state/kernel';

/** The file system gives blocks back: what is read there later is zeros. */
function* free_blocks(mapping: AddressSpace, start: number, end: number): Steps {
  if (end <= start) return;
  yield step(kernel.disk(mapping, start, 0));
  for (let index = start; index < end; index++) {
    for (let part = 0; part < PAGE_PARTS; part++) poke(kernel.disk(mapping, index, part), 0);
  }
}

/**
 * fs/open.c do_truncate: sets a file's size. Abstracted: the file system of a disk file does no more
 * than truncate_setsize and to free the blocks.
 */
export function* do_truncate(cpu: Cpu, mapping: AddressSpace, length: number): Steps<number> {
  const i_mutex = mapping + address_space.offset.i_mutex;
  yield lock(i_mutex);
  if (isShmem(mapping)) {
    yield* shmem_setattr(cpu, mapping, length);
  } else {
    yield* truncate_setsize(cpu, mapping, length);
    yield* free_blocks(mapping, length, kernel.config.filePages);
  }
  yield unlock(i_mutex);
  return 0;
}

/**
 * fs/open.c do_fallocate with FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE, for `length` pages from
 * `offset` on. The file system of a disk file can do it, as ext4 can.
 */
export function* doFallocateHole(
  cpu: Cpu,
  mapping: AddressSpace,
  offset: number,
  length: number,
): Steps<number> {
  const i_mutex = mapping + address_space.offset.i_mutex;
  const end = Math.min(offset + length, kernel.config.filePages);
  yield lock(i_mutex);
  if (isShmem(mapping)) {
    yield* shmemFallocateHole(cpu, mapping, offset, end);
  } else {
    yield* truncate_pagecache_range(cpu, mapping, offset, end);
    yield* free_blocks(mapping, offset, end);
  }
  yield unlock(i_mutex);
  return 0;
}
