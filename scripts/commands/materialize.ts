import { UsageError, type CommandSpec, type Io } from '../cli/command';
import { counted } from '../cli/text';

/** `lzfree materialize`: the model's source of one variant, or the difference of two. */
export const materializeCommand: CommandSpec = {
  name: 'materialize',
  summary: "Writes the model's source of one variant, or the source difference of two",
  description:
    'Every switch is decided, and the code that the variant does not have is gone: what is left is the ' +
    'modelled kernel of this variant, without a switch in it, and the machine that it runs on. It compiles ' +
    'as it stands.\n\n' +
    '--out writes it into a new directory, or into one that holds an earlier output of this command in ' +
    'which nothing was changed. --diff prints what two variants have different, as a patch; exit status 1 ' +
    'means that there is a difference.',
  arguments: [
    { name: 'variant', description: 'a variant that C would compile', required: true },
    { name: 'other', description: 'with --diff: the variant to hold against it' },
  ],
  options: [
    { flags: '--out <dir>', description: 'where to write the source', writes: 'folder' },
    { flags: '--diff', description: 'print the source difference of two variants' },
  ],
  examples: [
    {
      command: 'lzfree materialize original fixed --diff',
      purpose: 'the fixup, in the model',
    },
    {
      command: 'lzfree materialize fixed-p3/mm/rmap/try_to_unmap_one fixed --diff',
      purpose: 'what one hunk is in the model',
    },
    {
      command: 'lzfree materialize patch3 --out patch3-model',
      purpose: 'the modelled kernel with the first three mails',
    },
  ],
  async run(args, io) {
    const [first, second] = args.operands as [string, string | undefined];
    const out = args.text('out');
    if (args.flag('diff')) {
      if (out !== undefined) throw new UsageError('--diff prints; leave --out away');
      if (second === undefined) {
        throw new UsageError('--diff needs two variants, as in: lzfree materialize a b --diff');
      }
      return printDifference(first, second, args.json, io);
    }
    if (second !== undefined) {
      throw new UsageError(`'${second}' is one variant too many; --diff compares two`);
    }
    if (!out) throw new UsageError('name a directory with --out, or two variants with --diff');
    return write(first, out, args.json, io);
  },
};

async function write(name: string, directory: string, asJson: boolean, io: Io): Promise<0> {
  const { readBuildableVariant } = await import('../variants');
  const { variant, name: shortName } = readBuildableVariant(name);
  const { materialize } = await import('../model-source/materialize');
  const { writeModel } = await import('../model-source/write-model');
  const switches = variant.switches();
  const sources = await materialize(variant);
  const files = await writeModel(directory, { variant: shortName, switches, sources });
  if (asJson) {
    const result = { variant: shortName, switches, directory, files };
    io.json({ schema: 'lzfree/materialize', version: 1, ...result });
  } else io.out(`wrote ${counted(files.length, 'file')} of ${shortName} to ${directory}`);
  return 0;
}

async function printDifference(a: string, b: string, asJson: boolean, io: Io): Promise<0 | 1> {
  const { readBuildableVariant } = await import('../variants');
  const [one, other] = [readBuildableVariant(a), readBuildableVariant(b)];
  const { materialize } = await import('../model-source/materialize');
  const { diffSources } = await import('../model-source/source-diff');
  const files = diffSources(await materialize(one.variant), await materialize(other.variant));
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  if (asJson) {
    const result = { a: one.name, b: other.name, added, removed, files };
    io.json({ schema: 'lzfree/materialize-diff', version: 1, ...result });
  } else {
    if (files.length > 0) io.out(files.map(({ patch }) => patch).join(''));
    const changed = `${counted(added, 'line')} added, ${removed} removed`;
    io.note(`${counted(files.length, 'file')} changed: ${changed}`);
  }
  return files.length > 0 ? 1 : 0;
}
