import { UsageError, type Args, type CommandSpec, type Io } from '../../scripts/cli/command';
import { runCli, type CliSetting } from './run-cli';

type Run = (args: Args, io: Io) => ReturnType<CommandSpec['run']>;

const probe = (run: Run): CommandSpec => ({
  name: 'probe',
  summary: 'Looks at a file',
  arguments: [
    { name: 'level', description: 'how deep to look', choices: ['user', 'system', 'internal'] },
    { name: 'file', description: 'what to look at' },
  ],
  options: [
    { flags: '--seed <n>', description: 'start of the random choices', integer: { min: 0 } },
    { flags: '--wait <s>', description: 'how long', integer: { min: 1, max: 90, unit: 's' } },
    { flags: '--define <x>', description: 'adds a definition', repeatable: true },
    { flags: '--depth <d>', description: 'how far', choices: ['near', 'far'], default: 'near' },
    { flags: '--to <file>', description: 'where to keep it', writes: 'file' },
    { flags: '--all', description: 'leaves nothing out' },
  ],
  examples: [{ command: 'lzfree probe user x', purpose: 'looks at x' }],
  run,
});

const answer: Run = async (_, io) => {
  io.out('the answer');
  return 0;
};

const run = (argv: readonly string[], body: Run = answer, setting: CliSetting = {}) =>
  runCli(argv, { ...setting, commands: [probe(body)] });

/** One line that starts as lzfree's messages do. */
const ONE_LINE = /^lzfree[^\n]*\n$/;

describe('command line > usage errors', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['an unknown command', ['prob'], "unknown command 'prob' (did you mean 'probe'?)"],
    ['an unknown command with --help', ['zzzz', '--help'], "unknown command 'zzzz'"],
    [
      'an unknown option',
      ['probe', '--sed', '1'],
      "unknown option '--sed' (did you mean '--seed'?)",
    ],
    ['a value out of bounds', ['probe', '--seed', '-1'], 'whole number of at least 0'],
    ['a number with a tail', ['probe', '--seed', '3x'], "not '3x'"],
    ['a unit of another option', ['probe', '--seed', '3s'], "not '3s'"],
    ['a unit alone', ['probe', '--wait', 's'], 'whole number from 1 to 90'],
    ['another unit', ['probe', '--wait', '5ms'], "with or without 's' behind it, not '5ms'"],
    [
      'a number that is not told from its neighbours',
      ['probe', '--seed', '9007199254740993'],
      'whole number from 0 to 9007199254740991, not',
    ],
    ['a wrong choice', ['probe', '--depth', 'neer'], "did you mean 'near'?"],
    ['a choice unlike any', ['probe', 'zzzz'], 'choose from user, system, internal'],
    ['two values of one option', ['probe', '--depth', 'near', '--depth', 'far'], 'given twice'],
    ['a missing value', ['probe', '--seed'], 'argument missing'],
    ['too many words', ['probe', 'user', 'x', 'y'], 'too many arguments'],
    ['quiet and verbose at once', ['probe', '-q', '-v'], 'contradict'],
  ];
  it.each(cases)('%s ends with 2 and one line on stderr', async (_, argv, part) => {
    const result = await run(argv);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(ONE_LINE);
    expect(result.stderr).toContain(part);
  });

  it('a line break or an escape sequence in the input does not reach the terminal', async () => {
    const { code, stderr } = await run(['probe', '--depth', 'a\nb\u001b[31m\u202e']);
    expect(code).toBe(2);
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain('a b\\u{1b}[31m\\u{202e}');
  });

  it('nor does one in a result, which keeps its lines and tabs, and as JSON its meaning', async () => {
    const text = 'a\tb\u001b[31m\u009b\u202e\u{e0001}\r\nc\rd\n';
    const shown = async (print: (io: Io) => void) => {
      const { stdout } = await run(['probe'], async (_, io) => {
        print(io);
        return 0;
      });
      return stdout;
    };
    const spelled = 'a\tb\\u{1b}[31m\\u{9b}\\u{202e}\\u{e0001}\r\nc\\u{d}d\n';
    expect(await shown((io) => io.out(text))).toBe(spelled);
    const document = { schema: 'lzfree/probe', version: 1, text } as const;
    const json = await shown((io) => io.json(document));
    expect(JSON.parse(json)).toEqual(document);
    // eslint-disable-next-line no-control-regex
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('a number may have its unit behind it', async () => {
    for (const words of [['--wait', '60'], ['--wait', '60s'], ['--wait=60s']]) {
      const { stdout } = await run(['probe', ...words], async (args, io) => {
        io.out(String(args.integer('wait')));
        return 0;
      });
      expect(stdout).toBe('60\n');
    }
  });

  it('the message names the help that explains the usage', async () => {
    expect((await run(['probe', '--nothing'])).stderr).toContain("see 'lzfree probe --help'");
    expect((await run(['other'])).stderr).toContain("see 'lzfree --help'");
  });
});

describe('command line > exit codes', () => {
  it('the code of a command is the code of the process', async () => {
    expect(await run(['probe'])).toEqual({ code: 0, stdout: 'the answer\n', stderr: '' });
    expect((await run(['probe'], async () => 1)).code).toBe(1);
  });

  it('bad input ends with 2 and one line that names the command', async () => {
    const thrown = async () => Promise.reject(new UsageError('x.mbox:3: no diff\nhere'));
    const { code, stderr } = await run(['probe'], thrown);
    expect([code, stderr]).toEqual([2, 'lzfree probe: x.mbox:3: no diff here\n']);
  });

  it('a place that cannot be written ends with 2 before the command runs', async () => {
    const { code, stdout, stderr } = await run(['probe', '--to', __dirname]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`lzfree probe: cannot write '${__dirname}': it is a folder; name a file\n`);
  });

  it('an error that carries exit code 2 is bad input whatever its class', async () => {
    const error = Object.assign(new Error('hunk 3 is short'), { exitCode: 2 });
    const { code, stderr } = await run(['probe'], async () => Promise.reject(error));
    expect([code, stderr]).toEqual([2, 'lzfree probe: hunk 3 is short\n']);
  });

  it('any other exception ends with 3, with its stack only under --verbose', async () => {
    const broken = async () => Promise.reject(new Error('count below zero'));
    const plain = await run(['probe'], broken);
    expect([plain.code, plain.stderr]).toEqual([3, 'lzfree: internal error: count below zero\n']);
    expect((await run(['probe', '--verbose'], broken)).stderr).toMatch(/^ {4}at /m);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('a run stopped by %s ends with %i', async (name, code) => {
    const signal = AbortSignal.abort(name);
    const throws: Run = async (_, io) => {
      io.signal.throwIfAborted();
      return 0;
    };
    expect((await run(['probe'], throws, { signal })).code).toBe(code);
    expect((await run(['probe'], answer, { signal })).code).toBe(code);
  });

  it('a failure found before an interruption stays a failure', async () => {
    const signal = AbortSignal.abort('SIGINT');
    expect((await run(['probe'], async () => 1, { signal })).code).toBe(1);
  });
});

describe('command line > what a command receives', () => {
  it('words, values, repeated values, defaults and flags', async () => {
    const words = ['probe', 'user', 'f', '--define', 'a', '--seed', '7', '--define', 'b', '--all'];
    const seen: unknown[] = [];
    await run(words, async (args) => {
      seen.push(args.operands, args.texts('define'), args.integer('seed'), args.text('depth'));
      seen.push(args.flag('all'), args.json);
      return 0;
    });
    expect(seen).toEqual([['user', 'f'], ['a', 'b'], 7, 'near', true, false]);
  });

  it('nothing for what was not given', async () => {
    const seen: unknown[] = [];
    await run(['probe'], async (args) => {
      seen.push(args.operands, args.texts('define'), args.integer('seed'), args.flag('all'));
      return 0;
    });
    expect(seen).toEqual([[], [], undefined, false]);
  });

  it('an option that the command does not declare is a fault of the command', async () => {
    const { code, stderr } = await run(['probe'], async (args) => (args.flag('tail') ? 0 : 1));
    expect(code).toBe(3);
    expect(stderr).toContain('--tail');
  });
});

describe('command line > output', () => {
  const talk: Run = async (args, io) => {
    io.note('a remark');
    io.detail('a detail');
    if (args.json) io.json({ schema: 'lzfree/probe', version: 1, color: io.color });
    else io.out(`${io.width} ${io.color}`);
    return 0;
  };

  it('JSON is the only thing on stdout', async () => {
    const { stdout, stderr } = await run(['probe', '--json'], talk);
    expect(JSON.parse(stdout)).toEqual({ schema: 'lzfree/probe', version: 1, color: false });
    expect(stderr).toBe('a remark\n');
  });

  it('quiet drops remarks and verbose adds details', async () => {
    expect((await run(['probe', '-q'], talk)).stderr).toBe('');
    expect((await run(['probe', '-v'], talk)).stderr).toBe('a remark\na detail\n');
  });

  it.each<[string, string[], CliSetting, string]>([
    ['a pipe is 80 wide and plain', [], {}, '80 false'],
    ['a terminal has its width and colour', [], { terminal: true, columns: 100 }, '100 true'],
    ['a terminal is never taken as narrower than 40', [], { columns: 12 }, '40 false'],
    ['COLUMNS sets the width of a pipe', [], { env: { COLUMNS: '72' } }, '72 false'],
    ['a COLUMNS that is no number is ignored', [], { env: { COLUMNS: 'wide' } }, '80 false'],
    ['NO_COLOR wins over a terminal', [], { terminal: true, env: { NO_COLOR: '1' } }, '80 false'],
    ['--no-color wins over a terminal', ['--no-color'], { terminal: true }, '80 false'],
  ])('%s', async (_, argv, setting, line) => {
    expect((await run(['probe', ...argv], talk, setting)).stdout).toBe(`${line}\n`);
  });
});

describe('command line > help', () => {
  it('no words at all print the list of commands and the exit codes', async () => {
    const { code, stdout, stderr } = await run([]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/probe .*Looks at a file/);
    expect(stdout).toContain('2  bad input or usage');
  });

  it('the help of a command shows its options, the common ones and its examples', async () => {
    const { code, stdout } = await run(['probe', '--help']);
    expect(code).toBe(0);
    for (const part of ['--seed <n>', '--json', '--no-color', 'lzfree probe user x', 'looks at x'])
      expect(stdout).toContain(part);
  });

  it('help fits 80 columns', async () => {
    for (const argv of [['--help'], ['probe', '--help']])
      for (const line of (await run(argv)).stdout.split('\n')) expect(line.length).toBeLessThan(81);
  });

  it('the version is that of the package', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });
});
