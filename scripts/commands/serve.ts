import type { CommandSpec } from '../cli/command';

/** `lzfree serve`: the page on a port of this machine. */
export const serveCommand: CommandSpec = {
  name: 'serve',
  summary: 'Shows the live model, or a result, in a browser on this machine',
  description:
    'Serves a page in which the model runs: flip hunks, edit a scenario, step through an ' +
    'execution. With a document that review, diff, run, hunt, matrix or classes printed with ' +
    '--json, the page shows that too. Only this machine reaches it. Ends when it is interrupted.',
  arguments: [{ name: 'document', description: "a JSON document; '-' reads standard input" }],
  options: [
    {
      flags: '--port <n>',
      description: 'port to serve on; 0 takes a free one',
      integer: { min: 0, max: 65535 },
      default: '3140',
    },
  ],
  examples: [
    { command: 'lzfree serve', purpose: 'the live model' },
    {
      command: 'lzfree diff base fixed --json | lzfree serve -',
      purpose: 'a comparison, with the model beside it',
    },
  ],
  async run(args, io) {
    const { pageOf } = await import('../html/write-page');
    const { readDocument } = await import('../html/read-document');
    const { servePage } = await import('../html/server');
    const { shellWord } = await import('../../model/report/replay-command');
    const [file] = args.operands;
    const { answer, document } =
      file === undefined
        ? { answer: 'What each hunk of the series does: the live model', document: null }
        : await readDocument(file, io);
    const command = ['lzfree serve', ...args.operands.map(shellWord)].join(' ');
    const html = await pageOf(answer, document, command);
    const server = await servePage(html, args.integer('port')!);
    if (args.json) io.json({ schema: 'lzfree/serve', version: 1, url: server.url });
    else io.out(server.url);
    io.note('interrupt to end');
    await aborted(io.signal);
    await server.close();
    return 0;
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
