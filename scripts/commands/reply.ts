import { UsageError, type CommandSpec } from '../cli/command';

/** `lzfree reply [file]`: a mail that answers a patch. */
export const replyCommand: CommandSpec = {
  name: 'reply',
  summary: 'Writes a review mail that answers a patch, each question under its line',
  description:
    'Asks about what docs/findings.md has on lines of 3/6 and of its fixup, and nothing about lines of the ' +
    'other patches. Each scenario is explored on the variant that the mail makes: only what an ' +
    'execution shows, and the kernel without the series (for the fixup, the series as posted) does not do, ' +
    'is asked. What the model cannot run is said to be by reading. The mail is plain ' +
    'text on stdout, for you to read, change and send: it is not signed, and holds no tags. ' +
    'Where a mail has no message id, as one from a web archive, the reply has no In-Reply-To either.',
  arguments: [
    { name: 'file', description: "the mail or mbox to answer, or '-'; the series' own without it" },
  ],
  options: [
    {
      flags: '--message <n>',
      description: 'which message of an mbox to answer; the first that there is a question about',
      integer: { min: 1 },
    },
    {
      flags: '--ignore-unknown',
      description: 'answer what is known of a patch with unknown hunks',
    },
    {
      flags: '--executions <n>',
      description: 'stop a scenario after this many executions',
      integer: { min: 1 },
      default: '20000',
    },
  ],
  examples: [
    { command: 'lzfree reply', purpose: 'answers the mail that lzfree is about' },
    { command: 'lzfree reply v2.mbox > answer.eml', purpose: 'answers your own version of it' },
  ],
  async run(args, io) {
    const { inputName, namingFile, readMailFile } = await import('./read-patch-file');
    const { buildReply } = await import('../reply/reply');
    const { replyMail } = await import('../views/reply-mail');
    const { butFor, doubtSentences } = await import('../views/doubts-text');
    const { startProgress } = await import('../cli/progress');
    const { input, mails } = await readMailFile(args.operands[0], io);
    if (input.carrier === 'diff') {
      throw new UsageError(
        `${inputName(args.operands[0])}: a bare diff cannot be answered; give the mail that it came in`,
      );
    }
    const message = args.integer('message');
    if (message !== undefined && message > mails.length) {
      throw new UsageError(`there is no message ${message}: the input has ${mails.length}`);
    }
    const progress = startProgress(io, 'reply');
    const document = await namingFile(args.operands[0], () =>
      buildReply({
        input,
        mails,
        message: message === undefined ? undefined : message - 1,
        ignoreUnknown: args.flag('ignore-unknown'),
        file: inputName(args.operands[0]),
        executions: args.integer('executions')!,
        signal: io.signal,
        onScenario: (done, total, name) => progress.update(done, total, name),
      }),
    );
    progress.end();
    if (args.json) io.json(document);
    else if (document.parts.length > 0) io.out(replyMail(document));
    else {
      const but = butFor(document.doubts);
      io.note(`nothing to ask${but}: none of the known questions is true of this patch`);
    }
    for (const sentence of doubtSentences(document.doubts)) io.note(sentence);
    if (document.parts.length > 0 && document.header.inReplyTo === null) {
      io.note('the mail has no message id: set In-Reply-To and References to it before you send');
    }
    if (document.elsewhere.length > 0) {
      io.note(`true as well, but of no hunk in this message: ${document.elsewhere.join(', ')}`);
    }
    return 0;
  },
};
