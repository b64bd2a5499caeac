import { variantName } from '../features/variant-name';
import { describeMissing } from '../features/requires';
import type { Missing } from '../features/requires';
import type { Variant } from '../features/variant';
import { refuseGivenTwice } from './given-twice';
import { importedVariant } from './imported-variant';
import type { ImportedVariant, RestRule } from './imported-variant';
import { matchHunks } from './match';
import { refuseEarly } from './refuse-early';
import { reportPatches } from './patch-report';
import type { PatchReport, ReportedHunk } from './patch-report';
import type { PatchInput } from './types';
import { sortNeeds } from './unknown-needs';

/** A patch file read as a variant of the series. */
export interface ImportedPatch extends ImportedVariant {
  /** The variant in the form that every command takes. */
  readonly name: string;
  readonly report: PatchReport;
  /** The hunks that the variant does not model. */
  readonly unknown: readonly ReportedHunk[];
  /** What the variant's C code misses, and an unknown hunk may bring: whether it builds cannot be told. */
  readonly untold: readonly Missing[];
}

/** Which doubts about an imported patch the user has set aside; undefined where there is no option for it. */
export interface ImportOptions {
  /** Use what is recognised, without the unknown hunks. */
  readonly ignoreUnknown?: boolean;
  /** Use a variant whose C code would not compile, or of which that cannot be told. */
  readonly force?: boolean;
  /** Where the patch was read, for what is said of it. */
  readonly file?: string;
}

/** The patch is read, but it is no variant that can be run. The message is one line. */
class ImportError extends Error {
  override readonly name = 'ImportError';
  /** The input is at fault, not the program. */
  readonly exitCode = 2;
}

/**
 * Reads a patch as a variant: which hunks of the series it holds, and what is to be taken for the patches
 * that it does not hold.
 *
 * @throws PatchError if it brings a hunk of one of the series' files twice, or the fixup before what it mends
 */
export function importPatch(input: PatchInput, rest?: RestRule): ImportedPatch {
  const matches = matchHunks(input);
  refuseGivenTwice(input, matches);
  refuseEarly(matches);
  const imported = importedVariant(matches, rest);
  const report = reportPatches(input, matches);
  const unknown = report.hunks.filter(({ match }) => match === 'unknown');
  return {
    ...imported,
    ...sortNeeds(imported.unmet, unknown),
    name: variantName(imported.variant),
    report,
    unknown,
  };
}

/** Whether an imported patch stands for a variant that can be run as it is. */
export function isUsable(imported: ImportedPatch, options: ImportOptions = {}): boolean {
  const { given, unknown, unmet, untold } = imported;
  return (
    given.length > 0 &&
    (unknown.length === 0 || options.ignoreUnknown === true) &&
    (unmet.length + untold.length === 0 || options.force === true)
  );
}

/**
 * The variant to run.
 *
 * @throws ImportError if nothing of the series is in the patch, if a hunk of it is unknown, or if the variant
 * would not compile, be it for what an unknown hunk defines; the last two unless the options say otherwise
 */
export function variantToRun(imported: ImportedPatch, options: ImportOptions = {}): Variant {
  const { given, unknown, unmet, untold, variant } = imported;
  const refuse = (reason: string, line?: number): never => {
    const where = [options.file ?? 'the patch', ...(line === undefined ? [] : [line])];
    throw new ImportError(`${where.join(':')}: ${reason}`);
  };
  if (given.length === 0) {
    const mend = unknown.some(({ reverses }) => reverses !== undefined)
      ? REVERSED
      : 'give the series, or what you made of it';
    refuse(`no hunk of the series is in it; ${mend}`);
  }
  if (unknown.length > 0 && options.ignoreUnknown !== true) {
    const [{ file, text }] = unknown;
    const more = unknown.length === 1 ? '' : `, and ${unknown.length - 1} more`;
    const mend = `see lzfree import${orGive('--ignore-unknown', options.ignoreUnknown)}`;
    refuse(`an unknown hunk of ${file}${more}; ${mend}`, text?.position.line);
  }
  if (unmet.length > 0 && options.force !== true) {
    const mend = `see lzfree import${orGive('--force', options.force)}`;
    refuse(`it does not build: ${describeMissing(unmet[0])}; ${mend}`);
  }
  if (untold.length > 0 && options.force !== true) {
    const mend = `see lzfree import${orGive('--force', options.force)}`;
    refuse(`${UNTOLD}: ${describeMissing(untold[0])}; ${mend}`);
  }
  return variant;
}

/** Why a variant is none to run, though the patch may build. */
export const UNTOLD = 'what it needs is in an unknown hunk, which is not modelled';

/** What to do with hunks that take back what is not there. */
export const REVERSED =
  'it takes hunks of the series back: swap its sides, or give it behind the series in one mbox';

const orGive = (option: string, given: boolean | undefined): string =>
  given === false ? `, or give ${option}` : '';
