import type { BisectRequest } from '../bisect';
import { UsageError, type CommandSpec } from '../cli/command';
import { forOption, stopAfter } from '../cli/stop-after';
import { workersFor, workersOption } from '../workers/option';

export const bisectableCommand: CommandSpec = {
  name: 'bisectable',
  summary: 'Says of each prefix of a series whether it builds and keeps the promises',
  description:
    'Without a file, the six patches as posted and the fixup behind the patch that it mends. Each message ' +
    'of a file is a step, in the order of the file; what the file has nothing of is taken as by lzfree ' +
    'import. Each prefix that C would compile is judged by the promises (docs/promises.md) on the suite ' +
    'and on the small programs of the hunt. A fault is pre-existing (base has it), introduced by a patch ' +
    'and there at the end, transient (gone again within the series), or fixed. Exit status 1 means that ' +
    'a prefix does not build or nothing tells whether it does, that a fault is introduced or transient, ' +
    'or that --for left prefixes open.',
  arguments: [{ name: 'file', description: 'a patch file of the series; - for standard input' }],
  options: [
    {
      flags: '--variant <name>',
      description: 'the series without a file: original leaves the fixup out (default: fixed)',
    },
    {
      flags: '--until-size <n>',
      description: 'programs of the hunt of up to this many moves',
      integer: { min: 0, max: 3 },
      default: '1',
    },
    {
      flags: '--executions <n>',
      description: 'of one program at most',
      integer: { min: 1 },
      default: '60',
    },
    forOption,
    workersOption,
  ],
  examples: [
    { command: 'lzfree bisectable', purpose: 'the series with its fixup, patch by patch' },
    { command: 'lzfree bisectable v2.mbox', purpose: 'a series of your own' },
  ],
  async run(args, io) {
    const { bisect, isBisectable } = await import('../bisect');
    const { prefixesOf } = await import('../../model/hunt/bisect');
    const { bisectText } = await import('../views/bisect-text');
    const { readVariant } = await import('../variants');
    const { loadSuite } = await import('../suite');
    const { startProgress } = await import('../cli/progress');
    const [file] = args.operands;
    const named = args.text('variant');
    if (file !== undefined && named !== undefined) {
      throw new UsageError('give a patch file or --variant, not both');
    }
    const series =
      file === undefined
        ? { prefixes: prefixesOf(readVariant(named ?? 'fixed', true, io).variant) }
        : await importedSeries(file, io);
    const progress = startProgress(io, 'bisectable');
    const document = await bisect({
      ...series,
      scenarios: loadSuite().map(({ scenario }) => scenario),
      untilSize: args.integer('until-size')!,
      executions: args.integer('executions')!,
      workers: workersFor(args.integer('workers'), Infinity),
      signal: stopAfter(args.integer('for'), io.signal),
      onProgress: (done, total, patch) => progress.update(done, total, patch),
    });
    progress.end();
    if (args.json) io.json(document);
    else io.out(bisectText(document, io.width));
    const { patches, prefixes } = document;
    const isTimeUp = prefixes.length < patches.length && !io.signal.aborted;
    return isBisectable(document) && !isTimeUp ? 0 : 1;
  },
};

async function importedSeries(
  file: string,
  io: Parameters<CommandSpec['run']>[1],
): Promise<Pick<BisectRequest, 'prefixes' | 'bySignature'>> {
  const { importPatch, variantToRun } = await import('../../model/patch/import-patch');
  const { prefixesOfFile } = await import('../../model/hunt/file-prefixes');
  const { doubtsOf } = await import('../../model/patch/doubts');
  const { inputName, namingFile, readPatchFile } = await import('./read-patch-file');
  const input = await readPatchFile(file, io);
  const imported = await namingFile(file, () => importPatch(input));
  variantToRun(imported, { force: true, file: inputName(file) });
  const { bySignature } = doubtsOf(imported.report);
  return { prefixes: prefixesOfFile(input, imported), bySignature };
}
