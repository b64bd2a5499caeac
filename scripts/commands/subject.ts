import type { Subject } from '../../model/report/baseline-document';
import { UsageError, type Args, type Io, type OptionSpec } from '../cli/command';

/** How a command takes what it is about: a patch file, or a variant by its name. */
export const subjectOptions: readonly OptionSpec[] = [
  { flags: '--variant <name>', description: 'a variant by its name, in the place of a file' },
  { flags: '--ignore-unknown', description: 'use what is known of a patch with unknown hunks' },
  {
    flags: '--scenario <name>',
    description: 'only this scenario of the suite; may be given several times',
    repeatable: true,
  },
  { flags: '--force', description: 'run a variant that C would not compile, as a what-if' },
  {
    flags: '--executions <n>',
    description: 'stop a scenario after this many executions',
    integer: { min: 1 },
    default: '20000',
  },
];

/**
 * The variant that a patch file or `--variant` names.
 *
 * @throws UsageError, or the import's error, if it cannot be run
 */
export async function readSubject(args: Args, io: Io): Promise<Subject> {
  const { readImported, readVariant } = await import('../variants');
  const { doubtsOf, NO_DOUBTS, uncomparedText } = await import('../../model/patch/doubts');
  const { importPatchFile, inputName } = await import('./read-patch-file');
  const { sha256 } = await import('../identity');
  const [file] = args.operands;
  const named = args.text('variant');
  if ((file === undefined) === (named === undefined)) {
    throw new UsageError('give a patch file or --variant, one of the two');
  }
  if (named !== undefined) {
    const variant = readVariant(named, args.flag('force'), io);
    return { ...variant, patch: null, uncompared: null, ...NO_DOUBTS };
  }
  const imported = await importPatchFile(file, io);
  const options = {
    ignoreUnknown: args.flag('ignore-unknown'),
    force: args.flag('force'),
    file: inputName(file),
  };
  const variant = readImported(imported, options, io);
  const { report, name } = imported;
  const uncompared = sha256(JSON.stringify(uncomparedText(report)));
  return {
    ...{ name, variant, uncompared, ...doubtsOf(report) },
    patch: sha256(JSON.stringify(report.hunks)),
  };
}
