import type { CommandSpec } from '../cli/command';
import type { RestRule } from '../../model/patch/imported-variant';

const REST: readonly RestRule[] = ['posted', 'absent'];

/** `lzfree import file`: which variant of the series a patch is. */
export const importCommand: CommandSpec = {
  name: 'import',
  summary: 'Says which variant of the series a patch of yours is',
  description:
    'Hunks are recognised by what they change: exact, moved, reformatted (laid out or commented ' +
    'differently), or by signature (lzfree has no text of that hunk; its file, function and symbols ' +
    'agree). A hunk can be split, joined with others, or have the fixup worked in. What is not ' +
    'recognised is shown with the known hunk nearest to it.\n\n' +
    'A file with hunks of one patch stands in its series: the other patches are taken as posted. A file ' +
    'with hunks of several is the whole series. --rest says it otherwise.\n\n' +
    'Exits with 1 if a hunk is unknown, or C would not compile the variant, or what that takes is in an ' +
    'unknown hunk.',
  arguments: [{ name: 'file', description: 'a patch; - for standard input', required: true }],
  options: [
    {
      flags: '--rest <rule>',
      description: 'what the patches are that the file holds nothing of',
      choices: REST,
    },
    { flags: '--ignore-unknown', description: 'name the variant without the unknown hunks' },
    { flags: '--force', description: 'take a variant that C may not compile, as a what-if' },
  ],
  examples: [
    { command: 'lzfree import v2.mbox', purpose: 'names the variant that a new version is' },
    {
      command: 'git format-patch --stdout base.. | lzfree import - --rest absent',
      purpose: 'names the variant that a branch is',
    },
  ],
  async run(args, io) {
    const { isUsable } = await import('../../model/patch/import-patch');
    const { importPatchFile } = await import('./read-patch-file');
    const { importText } = await import('../views/import-text');
    const [file] = args.operands;
    const rule = REST.find((word) => word === args.text('rest'));
    const ignoreUnknown = args.flag('ignore-unknown');
    const imported = await importPatchFile(file, io, rule);
    const force = args.flag('force');
    const known = isUsable(imported, { ignoreUnknown, force });
    if (args.json) {
      const { name, variant, given, rest, restRule, dropped, unmet, untold, report } = imported;
      const made = { given, rest, restRule, dropped, unmet, untold };
      const whatIf = force && unmet.length + untold.length > 0;
      const result = {
        known,
        whatIf,
        variant: name,
        switches: variant.switches(),
        ...made,
        ...report,
      };
      io.json({ schema: 'lzfree/import', version: 3, ...result });
    } else io.out(importText(imported, { width: io.width, file, ignoreUnknown, force }));
    return known ? 0 : 1;
  },
};
