import { importPatch } from '../../model/patch/import-patch';
import type { ImportedPatch } from '../../model/patch/import-patch';
import type { RestRule } from '../../model/patch/imported-variant';
import { MAX_INPUT_BYTES } from '../../model/patch/limits';
import type { Mail } from '../../model/patch/mail';
import { PatchError } from '../../model/patch/patch-error';
import { readMails, readPatch } from '../../model/patch/read-patch';
import type { PatchInput } from '../../model/patch/types';
import { UsageError } from '../cli/command';
import type { Io } from '../cli/command';
import { readInput } from '../cli/input';
import { packagePath } from '../cli/package-root';

/** Where the package keeps the mail that lzfree is about. */
const OWN_MAIL = packagePath('patches', 'rfc-3of6-reply.txt');

/**
 * Reads the patch that the user named, `-` for standard input, or the mail that lzfree is about.
 *
 * @throws UsageError naming file, line and reason if it is no patch that can be read
 */
export async function readPatchFile(file: string | undefined, io: Io): Promise<PatchInput> {
  return (await readMailFile(file, io)).input;
}

/** The same with the messages that the patch stands in. */
export async function readMailFile(
  file: string | undefined,
  io: Io,
): Promise<{ readonly input: PatchInput; readonly mails: readonly Mail[] }> {
  const bytes = await readInput(file ?? OWN_MAIL, io, MAX_INPUT_BYTES);
  const mails = async () => (await readMails(bytes)).mails;
  return namingFile(file, async () => ({ input: await readPatch(bytes), mails: await mails() }));
}

/**
 * Reads the patch that the user named, as a variant of the series.
 *
 * @throws UsageError as above, or if it brings a hunk twice
 */
export async function importPatchFile(
  file: string | undefined,
  io: Io,
  rest?: RestRule,
): Promise<ImportedPatch> {
  const input = await readPatchFile(file, io);
  return namingFile(file, () => importPatch(input, rest));
}

/** Says in which file a patch is at fault. @throws UsageError */
export async function namingFile<T>(
  file: string | undefined,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new UsageError(error.in(inputName(file)));
  }
}

/** What messages call the patch that the user named. */
export const inputName = (file: string | undefined): string =>
  file === undefined ? 'the mail' : file === '-' ? 'standard input' : file;
