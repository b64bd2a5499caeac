import { createReadStream } from 'node:fs';
import { UsageError } from './errors';
import { fileFault } from './file-fault';
import type { Io } from './io';

/** More than any patch mail or scenario; what is larger is refused before it fills the memory. */
export const INPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Reads the file that the user named, or standard input for `-`.
 *
 * @param limit the most bytes that are accepted
 * @throws UsageError when it cannot be read or is larger
 */
export async function readInput(
  path: string,
  io: Pick<Io, 'stdin' | 'signal'>,
  limit = INPUT_LIMIT_BYTES,
): Promise<Uint8Array> {
  const name = path === '-' ? 'standard input' : `'${path}'`;
  try {
    const source = path === '-' ? io.stdin : createReadStream(path, { signal: io.signal });
    return await readAll(source, name, limit);
  } catch (error) {
    if (error instanceof UsageError || io.signal.aborted) throw error;
    throw new UsageError(`cannot read ${name}: ${fileFault(error)}`);
  }
}

async function readAll(
  source: AsyncIterable<Uint8Array>,
  name: string,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit)
      throw new UsageError(`${name} is larger than ${limit} bytes; give only the part in question`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
