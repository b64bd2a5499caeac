/** Reads a mail and checks it, whatever it turns out to be. */
import { importPatch } from '../../model/patch/import-patch';
import type { ImportedPatch } from '../../model/patch/import-patch';
import { PatchError } from '../../model/patch/patch-error';
import { readMails, readPatch } from '../../model/patch/read-patch';
import type { PatchInput } from '../../model/patch/types';
import { UsageError } from '../cli/command';
import {
  buildFailure,
  checked,
  concerns,
  notChecked,
  untoldNeeds,
  type CheckEntry,
} from './b4-check';
import { buildReply } from './reply';
import type { ShowOptions } from './shown';

/** @throws UsageError if the input is no mail at all */
export async function checkMail(bytes: Uint8Array, options: ShowOptions): Promise<CheckEntry[]> {
  const { carrier, mails } = await readMails(bytes).catch(asUsageError);
  if (carrier === 'diff')
    throw new UsageError('standard input is no mail; give one with its header');
  let input: PatchInput;
  let imported: ImportedPatch;
  try {
    input = await readPatch(bytes);
    imported = importPatch(input);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return isAboutText(mails.flatMap(({ texts }) => texts.flat())) ? notChecked(error.message) : [];
  }
  if (!concerns(imported)) return [];
  const document =
    buildFailure(imported) ??
    untoldNeeds(imported) ??
    checked(
      imported,
      buildReply({
        ...options,
        input,
        mails,
        message: undefined,
        ignoreUnknown: true,
        file: 'standard input',
        onScenario: () => {},
      }),
    );
  return document;
}

/** A cover letter or an answer without a diff is nothing to check. */
const isAboutText = (lines: readonly { readonly text: string }[]): boolean =>
  lines.some(({ text }) => /^(?:> ?)*(?:diff --git |@@ -)/.test(text));

function asUsageError(error: unknown): never {
  if (error instanceof PatchError) throw new UsageError(error.in('standard input'));
  throw error;
}
