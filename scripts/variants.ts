/** Variants as the command line names them. */
import { describeMissing, validate } from '../model/features/requires';
import { parseVariant, variantName } from '../model/features/variant-name';
import type { Variant } from '../model/features/variant';
import {
  UNTOLD,
  variantToRun,
  type ImportedPatch,
  type ImportOptions,
} from '../model/patch/import-patch';
import { UsageError, type Io } from './cli/command';

export interface NamedVariant {
  readonly name: string;
  readonly variant: Variant;
}

/**
 * Reads a variant and refuses one that C would not compile.
 *
 * @param force take it all the same, and say so on stderr
 * @throws VariantNameError, UsageError
 */
export function readVariant(text: string, force: boolean, io: Pick<Io, 'err'>): NamedVariant {
  const variant = parseVariant(text);
  const [missing] = validate(variant);
  if (missing !== undefined) {
    const reason = describeMissing(missing);
    if (!force) {
      throw new UsageError(
        `variant '${text}' does not compile: ${reason}; --force runs it as a what-if`,
      );
    }
    io.err(`what-if: '${text}' does not compile: ${reason}`);
  }
  return { name: variantName(variant), variant };
}

/**
 * The variant that a patch file makes, if it can be run or the user sets the doubts aside; those are said on
 * stderr.
 *
 * @throws ImportError
 */
export function readImported(
  imported: ImportedPatch,
  options: ImportOptions,
  io: Pick<Io, 'err'>,
): Variant {
  const variant = variantToRun(imported, options);
  const { unknown, unmet, untold, name } = imported;
  const [missing] = unmet;
  if (missing !== undefined) {
    io.err(`what-if: the patch, '${name}', does not compile: ${describeMissing(missing)}`);
  }
  if (untold.length > 0) io.err(`what-if: ${UNTOLD}: ${describeMissing(untold[0])}`);
  if (unknown.length > 0)
    io.err(
      `not modelled: ${unknown.length} of its hunks ${unknown.length === 1 ? 'is' : 'are'} unknown`,
    );
  return variant;
}

/**
 * Reads a variant of which a source can be made.
 *
 * @throws VariantNameError, UsageError if C would not compile it
 */
export function readBuildableVariant(text: string): NamedVariant {
  const variant = parseVariant(text);
  const [missing] = validate(variant);
  if (missing !== undefined) {
    throw new UsageError(
      `variant '${text}' does not compile: ${describeMissing(missing)}; take that hunk away too`,
    );
  }
  return { name: variantName(variant), variant };
}
