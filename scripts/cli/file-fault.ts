const FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder; name a file',
  EEXIST: 'a file is in the way; choose another place',
  ENOENT: 'no such file; check the path',
  ENOTDIR: 'it, or a part of its path, is a file where a folder has to be; check the path',
  ENAMETOOLONG: 'the name is too long',
  ENXIO: 'nothing can be written into it; choose another place',
  EPIPE: 'its reader has gone',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  ELOOP: 'too many symbolic links; check the path',
};

/**
 * The reason of a failed file operation in plain words.
 * @throws the error itself when it does not come from the file system
 */
export function fileFault(error: unknown): string {
  const code = String((error as { code?: unknown } | null)?.code);
  if (!/^E[A-Z0-9]+$/.test(code)) throw error;
  return FAULTS[code] ?? code;
}
