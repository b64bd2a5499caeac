import { UsageError, type CommandSpec } from '../cli/command';
import { forOption, stopAfter } from '../cli/stop-after';
import { formatOption, printAs, readFormat } from '../formats/format';
import { HTML_OPTION, writePage } from '../html/write-page';
import type { HuntDocument } from '../hunt-document';
import { workersFor, workersOption } from '../workers/option';

export const huntCommand: CommandSpec = {
  name: 'hunt',
  summary: 'Looks for programs on which a variant breaks a promise of the kernel',
  description:
    'docs/promises.md lists what is promised. Every small program of the operation language is run ' +
    'by every interleaving, smallest first; then larger ones are drawn at random. Each cause is told ' +
    'once, with its minimal program, a schedule, the hunks without which it goes away, and whether ' +
    'Linux without the series has it already. Failures that break the same promise alike with the same ' +
    'moves are taken for one. Exit status 1 means that something was found that base has not.',
  arguments: [{ name: 'variant', description: 'the variant to hunt on', required: true }],
  options: [
    formatOption,
    { flags: '--force', description: 'run a variant that C would not compile, as a what-if' },
    forOption,
    {
      flags: '--until-size <n>',
      description: 'enumerate programs of up to this many moves',
      integer: { min: 0, max: 6 },
      default: '2',
    },
    {
      flags: '--sequential',
      description: 'only programs whose moves come one after the other; there are far fewer to run',
    },
    {
      flags: '--without-debug-vm',
      description: 'in a kernel without CONFIG_DEBUG_VM, which goes on where the other one stops',
    },
    {
      flags: '--random <n>',
      description: 'random programs after those (with --for: until the time is up)',
      integer: { min: 0 },
    },
    {
      flags: '--seed <n>',
      description: 'of the random programs and their schedules',
      integer: { min: 1, max: 2 ** 31 - 1 },
      default: '1',
    },
    {
      flags: '--executions <n>',
      description: 'of one program at most; where there are more, by states',
      integer: { min: 1 },
      default: '1000',
    },
    workersOption,
    {
      flags: '--checkpoint <file>',
      description: 'store in the file how far the hunt is, and go on from there if it exists',
      writes: 'file',
    },
    {
      flags: '--save <folder>',
      description: 'write the programs found there, as scenarios',
      writes: 'folder',
    },
    HTML_OPTION,
  ],
  examples: [
    { command: 'lzfree hunt original --for 60s', purpose: 'a minute of looking' },
    {
      command: 'lzfree hunt fixed --until-size 3 --checkpoint fixed.json --save found',
      purpose: 'a long hunt that can be stopped and taken up again',
    },
    {
      command: 'lzfree hunt fixed --until-size 3 --sequential',
      purpose: 'all that three moves one after the other can do',
    },
  ],
  async run(args, io) {
    const format = readFormat(args);
    const { hunt } = await import('../hunt');
    const { huntDocument } = await import('../hunt-document');
    const { HuntStateFile } = await import('../hunt-state');
    const { huntChecks } = await import('../formats/hunt-checks');
    const { huntText } = await import('../views/hunt-text');
    const { readVariant } = await import('../variants');
    const { showHunt } = await import('../hunt-progress');
    const { variant, name } = readVariant(args.operands[0]!, args.flag('force'), io);
    const seconds = args.integer('for');
    const sequential = args.flag('sequential');
    if (sequential && args.text('random') !== undefined) {
      throw new UsageError('--random draws races too; leave out --sequential, or --random');
    }
    const endless = seconds !== undefined && !sequential;
    const identity = {
      variant: name,
      seed: args.integer('seed')!,
      executions: args.integer('executions')!,
      sequential,
      withoutDebugVm: args.flag('without-debug-vm'),
    };
    const file = await HuntStateFile.open(args.text('checkpoint'), identity);
    const progress = showHunt(io);
    const result = await hunt({
      ...identity,
      variant,
      untilSize: args.integer('until-size')!,
      random: args.integer('random') ?? (endless ? Infinity : 0),
      workers: workersFor(args.integer('workers'), Infinity),
      signal: stopAfter(seconds, io.signal),
      ...(file.known !== undefined && { resume: file.known }),
      onProgress: (state) => {
        progress.show(state);
        return file.keep(state);
      },
    });
    progress.end();
    await file.write(result);
    const isTimeUp = result.interrupted && seconds !== undefined && !io.signal.aborted;
    const document = huntDocument(identity, result, variant, isTimeUp ? `${seconds} s` : null);
    const folder = args.text('save');
    if (folder !== undefined) await save(folder, document);
    await writePage(args, io, document);
    const text = (of: HuntDocument, width: number) => huntText(of, folder, width);
    const checks = (of: HuntDocument) => huntChecks(of, folder);
    await printAs(format, { document, text, checks }, io);
    return document.findings.some(({ base }) => !base) ? 1 : 0;
  },
};

async function save(folder: string, { findings }: HuntDocument): Promise<void> {
  const { join } = await import('node:path');
  const { writeFileAtomically } = await import('../cli/atomic-write');
  for (const { smallest, others } of findings) {
    for (const { name, scenario } of [smallest, ...others]) {
      await writeFileAtomically(join(folder, `${name}.yaml`), scenario);
    }
  }
}
