import type { CommandSpec } from '../cli/command';

/** `lzfree patches [file]`: what a patch holds, how complete it is, and which switches model it. */
export const patchesCommand: CommandSpec = {
  name: 'patches',
  summary: 'Lists the hunks of a patch, how complete they are and what models them',
  description:
    'Without a file it reads the mail that lzfree is about. A file can be an mbox, a mail, a file of ' +
    'git format-patch or a bare diff; - reads standard input. Its hunks are recognised by what they ' +
    'change. Nothing that a patch names is opened or written.',
  arguments: [{ name: 'file', description: 'a patch of your own' }],
  examples: [
    {
      command: 'lzfree patches',
      purpose: 'shows what of the mail is quoted, completed or announced',
    },
    { command: 'lzfree patches v2.mbox', purpose: 'shows which of your hunks are known' },
    { command: 'b4 am -o - <msgid> | lzfree patches -', purpose: 'reads a series from a pipe' },
  ],
  async run(args, io) {
    const { reportPatches } = await import('../../model/patch/patch-report');
    const { readPatchFile } = await import('./read-patch-file');
    const { patchesText } = await import('../views/patches-text');
    const [file] = args.operands;
    const report = reportPatches(await readPatchFile(file, io));
    if (args.json) io.json({ schema: 'lzfree/patches', version: 3, ...report });
    else io.out(patchesText(report, { width: io.width, file }));
    return 0;
  },
};
