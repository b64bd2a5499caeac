/** The manual page: everything that help tells, as text that roff takes as it is. */
import { manualPage } from '../../scripts/cli/manual';
import { readTerms } from '../../scripts/cli/terms';
import { commands } from '../../scripts/commands';
import { runCli } from './run-cli';

/** The macros of man(7) that the page uses. */
const REQUEST = /^\.(TH|SH|SS|PP|TP|B|I|nf|fi)( |$)/;

describe('the manual page', () => {
  const page = manualPage(commands, readTerms()).split('\n');

  it('has a section for every command and every term', () => {
    const titles = page.filter((line) => line.startsWith('.SS '));
    for (const { name } of commands) {
      const title = `.SS "lzfree ${name.replaceAll('-', '\\-')}`;
      expect(titles.some((line) => line.startsWith(title))).toBe(true);
    }
    expect(titles).toHaveLength(commands.length + readTerms().length);
  });

  it('begins a line with a request only where it means one, and escapes every backslash', () => {
    const controls = page.filter((line) => /^[.']/.test(line));
    expect(controls.filter((line) => !REQUEST.test(line))).toEqual([]);
    expect(page.filter((line) => /\\(?![-e&])/.test(line))).toEqual([]);
  });

  it('escapes what a command says that roff would take for its own', () => {
    const odd = {
      ...commands[0],
      name: 'odd',
      description: ".so /etc/passwd\n\n'br \\n(.x --option",
      options: [],
    };
    const text = manualPage([odd], []);
    expect(text).toContain('\n\\&.so /etc/passwd\n');
    expect(text).toContain("\n\\&'br \\en(.x \\-\\-option\n");
  });

  it('is what lzfree help --man prints', async () => {
    const { code, stdout } = await runCli(['help', '--man']);
    expect([code, stdout.split('\n').slice(0, -1)]).toEqual([0, page]);
    expect((await runCli(['help', 'run', '--man'])).code).toBe(2);
  });
});

describe('help in a narrow terminal', () => {
  it.each(['run', 'diff', 'review', 'reply', 'b4-check'])('of %s fits 50 columns', async (name) => {
    const { stdout } = await runCli([name, '--help'], { columns: 50 });
    const [options] = stdout.split('\nExamples:');
    expect(options.split('\n').filter((line) => line.length > 50)).toEqual([]);
  });
});

describe('what is not there', () => {
  it.each([
    [['diff', 'orignal', 'fixed'], "no variant is called 'orignal' (did you mean 'original'?)"],
    [['run', 'zzzz'], "no scenario is called 'zzzz'; give a file, or a name of the suite"],
    [['run', 'fixed'], "no scenario is called 'fixed'; it is a variant: give it with --variant"],
    [['run', 'docs'], "the folder 'docs' holds no scenario"],
    [
      ['run', 'LICENSE'],
      "no scenario is called 'LICENSE'; for the file of that name give './LICENSE'",
    ],
    [['prob', '--help'], "unknown command 'prob'"],
    [['diff', 'base', 'fixed', '--size', '1'], '--size is for --search only; add --search'],
    [['diff', 'base', 'fixed', '--beginning', 'merged'], '--beginning is for --search only'],
    [['run', 'madvise-kind'], "(did you mean 'madvise-kinds'?)"],
  ])('%j is answered with what was meant', async (words, message) => {
    const { code, stdout, stderr } = await runCli(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
