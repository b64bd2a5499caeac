import type { ReviewDocument } from '../review';
import { UsageError, type CommandSpec } from '../cli/command';
import {
  explorationBounds,
  explorationOptions,
  showExplorations,
  showSearch,
} from '../exploration-options';
import { formatOption, printAs, readFormat } from '../formats/format';
import { HTML_OPTION, writePage } from '../html/write-page';

/** `lzfree review [file]`: what a patch's hunks do, and what its last change changes. */
export const reviewCommand: CommandSpec = {
  name: 'review',
  summary: 'Reviews the mail, or a patch of your own: what its hunks and its fixup do',
  description:
    'Reads the patch, builds the variant it makes and the one to hold it against (for the mail: the ' +
    'series as posted), and compares the two over every interleaving of each scenario of the suite ' +
    'and of all small programs: where they differ, at which level and by which schedule. A file can ' +
    'be an mbox, a mail, a file of git format-patch or a bare diff; - reads standard input. With ' +
    '--edit it is the edit that is reviewed: the patch with it against the patch without. With ' +
    '--checkpoint FILE the search has a file of its own, FILE.search.',
  arguments: [{ name: 'file', description: 'a patch of your own' }],
  options: [
    formatOption,
    { flags: '--against <variant>', description: 'variant to hold the patch against' },
    {
      flags: '--ignore-unknown',
      description: 'review what is known of a patch with unknown hunks',
    },
    { flags: '--force', description: 'review a patch that does not compile, as a what-if' },
    {
      flags: '--search-size <n>',
      description:
        'operations of the largest programs to search; 0 for the suite alone (default: 2, which ' +
        'takes seconds for the mail, and a minute or two where more programs can differ)',
      integer: { min: 0, max: 8 },
    },
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
    const { EDITS } = await import('../../model/features/variant');
    const { importPatchFile, inputName } = await import('./read-patch-file');
    const { readImported, readVariant } = await import('../variants');
    const { DEFAULT_SEARCH } = await import('../search');
    const { reviewVariants } = await import('../review');
    const { reviewChecks } = await import('../formats/diff-checks');
    const { reviewText } = await import('../views/review-text');
    const imported = await importPatchFile(args.operands[0], io);
    const doubts = { ignoreUnknown: args.flag('ignore-unknown'), force: args.flag('force') };
    const file = inputName(args.operands[0]);
    const plain = readImported(imported, { ...doubts, file }, io);
    const variant = plain.plus(EDITS);
    const against = args.text('against');
    // What an edit changes is the question, where there is one.
    const without = EDITS.length > 0 ? plain : undefined;
    const size = args.integer('search-size') ?? DEFAULT_SEARCH.size;
    if (size > 0 && args.text('steps') !== undefined) {
      throw new UsageError('the search has no --steps; leave it out, or add --search-size 0');
    }
    const { onProgress, end } = showExplorations(io, 'review');
    const progress = showSearch(io);
    const review = await reviewVariants(
      {
        imported,
        variant,
        against: against === undefined ? without : readVariant(against, doubts.force, io).variant,
        bounds: { ...explorationBounds(args), onProgress },
        searched: { size, onProgram: progress.onProgram },
      },
      io,
    ).finally(() => {
      end();
      progress.end();
    });
    await writePage(args, io, review);
    const text = (of: ReviewDocument, width: number) => reviewText(of, width, args.operands[0]);
    await printAs(format, { document: review, text, checks: reviewChecks }, io);
    return 0;
  },
};
