import type { CommandSpec } from '../cli/command';

/** `lzfree b4-check`: the per-patch check command of b4. */
export const b4CheckCommand: CommandSpec = {
  name: 'b4-check',
  summary: 'Checks a patch mail for b4 review: mail on stdin, JSON on stdout',
  description:
    'Prints a JSON array, as b4 asks of its check commands: one entry with tool, status, summary and ' +
    'details, or [] for a mail that has nothing to do with the series. The status is pass if every hunk ' +
    'is known by its text and nothing that lzfree knows to ask is true of it, warn if there is a ' +
    'question or something was not checked, and fail if the patch would not build. The exit status is 0 ' +
    'in all of these.\n\nTo use it: git config b4.review-perpatch-check-cmd "lzfree b4-check"',
  options: [
    {
      flags: '--executions <n>',
      description: 'stop a scenario after this many executions',
      integer: { min: 1 },
      default: '20000',
    },
  ],
  examples: [{ command: 'lzfree b4-check < v2.eml', purpose: 'what b4 shows for this mail' }],
  async run(args, io) {
    const { checkMail } = await import('../reply/check-mail');
    const { jsonText } = await import('../cli/harmless');
    const { readInput } = await import('../cli/input');
    const bytes = await readInput('-', io);
    const executions = args.integer('executions')!;
    const results = await checkMail(bytes, { executions, signal: io.signal });
    if (args.json) io.json({ schema: 'lzfree/b4-check', version: 1, results });
    else io.out(jsonText(results));
    return 0;
  },
};
