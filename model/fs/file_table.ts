/**
 * fs/file_table.c: how long a file lives. Only of a file without a name it matters who uses it; others are
 * kept by the file system, and are not counted.
 */
import { address_space, type AddressSpace } from '../include/linux/mm_types';
import { addToCount, decAndTest, type Steps } from '../machine/op';
import { shmem_evict_inode } from '../mm/shmem';
import type { Cpu } from '../state/cpu';
import { kernel } from '../state/kernel';

const { f_count, unlinked } = address_space.offset;

const isCounted = (mapping: AddressSpace): boolean =>
  mapping !== 0 && kernel.machine.constant(mapping + unlinked) !== 0;

/** include/linux/fs.h get_file: a user more. The caller has one already; 0 is no file. */
export function* get_file(mapping: AddressSpace): Steps {
  if (isCounted(mapping)) yield addToCount(mapping + f_count, 1);
}

/**
 * fs/file_table.c fput: a user less. The last one's task closes the file where it returns to user mode, so
 * without mmap_sem. Left out: delayed_fput, for kernel threads, of which none here unmaps or ends an mm.
 */
export function* fput(cpu: Cpu, mapping: AddressSpace): Steps {
  if (!isCounted(mapping) || !(yield decAndTest(mapping + f_count))) return;
  if (cpu.task_works === undefined) throw new Error(`fput: ${cpu.name} is in no system call`);
  cpu.task_works.push(mapping);
}

/** fs/file_table.c ____fput, __fput, and fs/inode.c iput_final, evict: the inode goes with its last file. */
export function* ____fput(cpu: Cpu, mapping: AddressSpace): Steps {
  yield* shmem_evict_inode(cpu, mapping);
}
