import type { CommandSpec } from '../cli/command';
import { completionScript, SHELLS } from '../cli/completion';
import { readTerms } from '../cli/terms';

/**
 * `lzfree completion bash|zsh|fish`: the script that completes lzfree's commands in a shell.
 *
 * @param commands all commands, this one too; asked for when the command runs
 */
export const completionCommand = (commands: () => readonly CommandSpec[]): CommandSpec => ({
  name: 'completion',
  summary: 'Prints the script that completes commands in a shell',
  description:
    'The script completes commands, options, the values of options that are few and fixed, the words ' +
    'of help, and file names. It holds all of that itself and starts nothing while you type.',
  arguments: [{ name: 'shell', description: 'which shell', required: true, choices: SHELLS }],
  examples: [
    { command: 'source <(lzfree completion bash)', purpose: 'completes in this bash' },
    { command: 'lzfree completion zsh > ~/.zfunc/_lzfree', purpose: 'completes in every new zsh' },
    {
      command: 'lzfree completion fish > ~/.config/fish/completions/lzfree.fish',
      purpose: 'completes in every new fish',
    },
  ],
  async run(args, io) {
    const shell = SHELLS.find((name) => name === args.operands[0])!;
    const script = completionScript(shell, commands(), readTerms());
    if (args.json) io.json({ schema: 'lzfree/completion', version: 1, shell, script });
    else io.out(script);
    return 0;
  },
});
