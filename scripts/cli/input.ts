import { createReadStream } from 'node:fs';
import { shellWord } from '../../model/report/replay-command';
import { UsageError } from './errors';
import { fileFault } from './file-fault';
import type { Io } from './io';

/** More than any patch mail or scenario; what is larger is refused before it fills the memory. */
export const INPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Reads the file that the user named, or standard input for `-`.
 *
 * @param limit the most bytes that are accepted
 * @throws UsageError when it cannot be read, is larger, or is compressed
 */
export async function readInput(
  path: string,
  io: Pick<Io, 'stdin' | 'signal'>,
  limit = INPUT_LIMIT_BYTES,
): Promise<Uint8Array> {
  const name = path === '-' ? 'standard input' : `'${path}'`;
  try {
    const source = path === '-' ? io.stdin : createReadStream(path, { signal: io.signal });
    const bytes = await readAll(source, name, limit);
    refuseCompressed(bytes, path, name);
    return bytes;
  } catch (error) {
    if (error instanceof UsageError || io.signal.aborted) throw error;
    throw new UsageError(`cannot read ${name}: ${fileFault(error)}`);
  }
}

/** What compressed files begin with, and what unpacks them; archives give mails as .mbox.gz. */
const COMPRESSED = [
  { by: 'gzip', magic: [0x1f, 0x8b], unpack: 'gunzip' },
  { by: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], unpack: 'unxz' },
  { by: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: 'unzstd' },
  { by: 'bzip2', magic: [0x42, 0x5a, 0x68], unpack: 'bunzip2' },
] as const;

function refuseCompressed(bytes: Uint8Array, path: string, name: string): void {
  const found = COMPRESSED.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte));
  if (found === undefined) return;
  const { by, unpack } = found;
  const how =
    path === '-' ? `pipe it through '${unpack}'` : `unpack it first: ${unpack} ${shellWord(path)}`;
  throw new UsageError(`${name} is compressed by ${by}; ${how}`);
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
