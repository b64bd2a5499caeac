/**
 * include/uapi/asm-generic/errno-base.h and errno.h, as far as the modelled calls return them: none
 * answers -EPERM, and -1 is what memory may hold, or that /proc/vmstat has no such line.
 */
export const ERRNO = {
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOSYS: 38,
} as const;

/** `-EINVAL` for -22; other numbers as they are. */
export function printResult(value: number | string): string {
  if (typeof value === 'string' || value >= 0) return String(value);
  const name = Object.entries(ERRNO).find(([, number]) => number === -value)?.[0];
  return name === undefined ? String(value) : `-${name}`;
}
