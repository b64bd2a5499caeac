import type { CommandSpec } from '../cli/command';
import { explorationBounds, explorationOptions, showExplorations } from '../exploration-options';
import { formatOption, printAs, readFormat } from '../formats/format';
import { HTML_OPTION, writePage } from '../html/write-page';

/** `lzfree review [file]`: what a patch's hunks do, and what its last change changes. */
export const reviewCommand: CommandSpec = {
  name: 'review',
  summary: 'Reviews the mail, or a patch of your own: what its hunks and its fixup do',
  description:
    'Reads the patch, builds the variant it makes and the one to hold it against (for the mail: the ' +
    'series as posted), explores every scenario of the suite on both, and says where they differ, ' +
    'at which level and by which schedule. A file can be an mbox, a mail, a file of git ' +
    'format-patch or a bare diff; - reads standard input.',
  arguments: [{ name: 'file', description: 'a patch of your own' }],
  options: [
    formatOption,
    { flags: '--against <variant>', description: 'variant to hold the patch against' },
    {
      flags: '--ignore-unknown',
      description: 'review what is known of a patch with unknown hunks',
    },
    { flags: '--force', description: 'review a patch that does not compile, as a what-if' },
    ...explorationOptions,
    HTML_OPTION,
  ],
  examples: [
    { command: 'lzfree review', purpose: 'the fixup of the mail' },
    { command: 'lzfree review v2.mbox', purpose: 'your own version of the series' },
    { command: 'lzfree review --html out', purpose: 'the same as a page, with the model in it' },
  ],
  async run(args, io) {
    const format = readFormat(args);
    const { readPatchFile } = await import('./read-patch-file');
    const { importPatch } = await import('../../model/patch/import-patch');
    const { readImported, readVariant } = await import('../variants');
    const { reviewVariants } = await import('../review');
    const { reviewChecks } = await import('../formats/diff-checks');
    const { reviewText } = await import('../views/review-text');
    const imported = importPatch(await readPatchFile(args.operands[0], io));
    const doubts = { ignoreUnknown: args.flag('ignore-unknown'), force: args.flag('force') };
    const variant = readImported(imported, doubts, io);
    const against = args.text('against');
    const { onProgress, end } = showExplorations(io, 'review');
    const review = await reviewVariants(
      {
        imported,
        variant,
        against: against === undefined ? undefined : readVariant(against, doubts.force, io).variant,
        bounds: { ...explorationBounds(args, EXECUTIONS), onProgress },
      },
      io,
    ).finally(end);
    await writePage(args, io, review);
    await printAs(format, { document: review, text: reviewText, checks: reviewChecks }, io);
    return 0;
  },
};

/** Most executions of one exploration, unless told otherwise; the suite's largest have hundreds. */
const EXECUTIONS = 20_000;
