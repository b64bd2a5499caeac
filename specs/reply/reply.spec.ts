/** The review mail: threaded as the mail it answers, true of it, and in the form that a list expects. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCondition, conditionNames } from '../../model/scenario/condition-check';
import { layOut } from '../../model/scenario/layout';
import type { ReplyDocument } from '../../scripts/reply/reply-document';
import { READ_REMARKS, REMARKS } from '../../scripts/reply/remarks';
import { loadSuite } from '../../scripts/suite';
import { runCli, type CliResult } from '../cli/run-cli';

const OWN = readFileSync(join(__dirname, '../../patches/rfc-3of6-reply.txt'), 'utf8');
const [, , , ...OWN_BODY] = OWN.split('\n');

/** The text of a mail as its lines, header and body apart. */
function parts(mail: string): { header: string[]; body: string[] } {
  const [header, ...body] = mail.split('\n\n');
  return { header: header.split('\n'), body: body.join('\n\n').split('\n') };
}

/** The mail of the project as a mail program would have kept it. */
const asMail = (header: readonly string[], body = OWN_BODY): string =>
  [...header, '', ...body].join('\n');

const HEADER = [
  'From: =?utf-8?q?Minchan_K=C3=ADm?= <minchan@example.org>',
  'To: linux-mm@example.org, Somebody Else <somebody@example.org>',
  'Cc: a@example.org,',
  '\tb@example.org',
  'Subject: Re: [RFC 3/6] mm: support madvise(MADV_FREE)',
  'Message-ID: <2@example.org>',
  'References: <0@example.org>',
  ' <1@example.org>',
  'Date: Fri, 14 Mar 2014 16:48:45 +0900',
];

const reply = (stdin: string, ...words: readonly string[]): Promise<CliResult> =>
  runCli(['reply', '-', ...words], { stdin });

let own: CliResult;
let answered: CliResult;
beforeAll(async () => {
  own = await runCli(['reply']);
  answered = await reply(asMail(HEADER));
});

describe('the reply to the mail of the project', () => {
  const remarksOf = (text: string) =>
    REMARKS.filter(({ scenario }) => text.includes(`lzfree replay ${scenario} `)).length;

  it('asks all that is known, each with the command that shows it', () => {
    expect(own.code).toBe(0);
    expect(remarksOf(own.stdout)).toBe(REMARKS.length);
  });

  it('makes up no message id, and says that one has to be set', () => {
    expect(parts(own.stdout).header).toEqual([
      'Subject: Re: [RFC 3/6] mm: support madvise(MADV_FREE)',
    ]);
    expect(own.stderr).toContain('has no message id: set In-Reply-To');
  });

  it('quotes byte for byte, in the order of the mail, and marks what is left out', () => {
    const quoted = parts(own.stdout).body.filter((line) => line.startsWith('>'));
    let at = -1;
    for (const line of quoted.filter((each) => each !== '> [ ... ]')) {
      const next = OWN_BODY.indexOf(line.replace(/^> ?/, ''), at + 1);
      expect({ line, found: next > at }).toEqual({ line, found: true });
      at = next;
    }
    expect(quoted[0]).toBe('> [ ... ]');
    expect(quoted.join('\n')).not.toMatch(/\[ \.\.\. \]\n> \[ \.\.\. \]/);
  });

  it('keeps its own text within 72 columns and its questions open', () => {
    const ownText = parts(own.stdout).body.filter((line) => !line.startsWith('>'));
    expect(ownText.filter((line) => line.length > 72)).toEqual([]);
    expect(ownText.filter((line) => line !== line.trimEnd())).toEqual([]);
    for (const { question } of [...REMARKS, ...READ_REMARKS])
      expect(question.join(' ')).toContain('?');
  });

  it('puts each question right under the line that it is about', () => {
    const { body } = parts(own.stdout);
    const above = (begin: string) => body[body.findIndex((line) => line.startsWith(begin)) - 2];
    expect(above('Can another process')).toBe('> > + if (!PageLazyFree(page)) {');
    expect(above('Is it intended that')).toBe('> + move_lazyfree(pagep[i]);');
    expect(above('Is this meant as')).toMatch(/^> > \+ TTU_LAZYFREE = 3,/);
  });

  it('has every line that a question names, and says of what was read only that it was', async () => {
    const { stdout } = await runCli(['reply', '--json']);
    const document = JSON.parse(stdout) as ReplyDocument;
    const flat = (text: string) => text.replace(/\s+/g, ' ');
    const known = [...REMARKS, ...READ_REMARKS];
    let line = '';
    for (const part of document.parts) {
      if (part.kind === 'quote') line = flat(part.lines.at(-1)!);
      if (part.kind === 'quote' || part.kind === 'gap') continue;
      const { question } = part.kind === 'remark' ? part.remark : part.reading;
      const asked = known.find((each) => each.question.join() === question.join())!;
      expect(line).toContain(flat(asked.line));
    }
    const said = flat(own.stdout);
    for (const { finding } of READ_REMARKS)
      expect(said).toContain(
        `This is by reading, and not from the model (docs/findings.md of lzfree, "${finding}").`,
      );
  });

  it('has an interleaving in two columns', () => {
    expect(own.stdout).toMatch(/^ {2}CPU0 P0\/T0 +CPU1 P0\/T1$/m);
  });

  it('signs nothing for anybody', () => {
    const text = own.stdout.replace(/^>.*$/gm, '');
    expect(text).not.toMatch(/^[A-Z][a-z]+(-[a-z]+)*-by:/m);
  });
});

describe('the reply to a mail with a header', () => {
  it('threads as the mail says, and copies its fields as they stand', () => {
    expect(parts(answered.stdout).header).toEqual([
      'To: =?utf-8?q?Minchan_K=C3=ADm?= <minchan@example.org>',
      'Cc: linux-mm@example.org, Somebody Else <somebody@example.org>, a@example.org,',
      ' b@example.org',
      'Subject: Re: [RFC 3/6] mm: support madvise(MADV_FREE)',
      'In-Reply-To: <2@example.org>',
      'References: <0@example.org> <1@example.org> <2@example.org>',
    ]);
    expect(answered.stderr).toBe('');
  });

  it('says the same as the reply to the archived mail', () => {
    const [, ...said] = parts(answered.stdout).body;
    expect(said).toEqual(parts(own.stdout).body.slice(1));
    expect(parts(answered.stdout).body[0]).toMatch(/^On .*2014.*, Minchan Kím wrote:$/);
  });

  it('answers the message of an mbox that there is something to ask about', async () => {
    const postmark = 'From a@example.org Fri Mar 14 00:00:00 2014\n';
    const cover = asMail(['From: a@example.org', 'Subject: [RFC 0/6] cover'], ['Hello', '']);
    const mbox = `${postmark}${cover}\n${postmark}${asMail(HEADER)}`;
    const { stdout } = await reply(mbox, '--json');
    const document = JSON.parse(stdout) as ReplyDocument;
    expect(document.header.inReplyTo).toBe('<2@example.org>');
    expect(document.parts.filter(({ kind }) => kind === 'remark')).toHaveLength(REMARKS.length);
    const other = await reply(mbox, '--message', '1');
    expect([other.code, other.stdout]).toEqual([0, '']);
    expect(other.stderr).toContain('but of no hunk in this message');
  });
});

describe('a reply is only what is true of the mail', () => {
  it('says nothing of the fixup where the mail has none', async () => {
    const fix = OWN_BODY.findIndex((line) => line.startsWith('Oops, patchset'));
    const whole = [
      ...OWN_BODY.slice(0, fix),
      ...[
        '> + } else {',
        '> + free_swap_cache(pagep[i]);',
        '> + }',
        '> release_pages(pagep, todo, 0);',
      ],
      ...['> pagep += todo;', '> nr -= todo;', ''],
    ];
    const { stdout } = await reply(asMail(HEADER, whole), '--json');
    const document = JSON.parse(stdout) as ReplyDocument;
    expect(document.variant).toBe('original');
    expect(document.notShown).toEqual(['fixup-swap-slot']);
  });

  it('asks nothing by reading of a mail that changes what it is about', async () => {
    const [{ finding, mendedIn }] = READ_REMARKS;
    const [path] = mendedIn;
    const mended = [`diff --git a/${path} b/${path}`, `--- a/${path}`, `+++ b/${path}`];
    const more = ['@@ -45,1 +45,2 @@', ' #define MADV_SPACEAVAIL 5', '+#define MADV_FREE 7', ''];
    const mail = asMail(HEADER, [...OWN_BODY, ...mended, ...more]);
    const { stdout } = await reply(mail, '--ignore-unknown');
    expect(stdout).toContain('lzfree replay fixup-swap-slot ');
    expect(stdout).not.toContain(finding);
    expect(stdout).toMatch(/\n\n1 hunk is unknown and counts as absent:\s/);
  });

  it.each([
    [
      'a bare diff',
      OWN_BODY.slice(-20)
        .filter((l) => /^(diff|---|\+\+\+|@@|[-+ ])/.test(l))
        .join('\n'),
    ],
    ['no patch', 'Subject: x\n\nHello\n'],
    ['nothing', ''],
  ])('refuses %s in one line', async (_, text) => {
    const { code, stdout, stderr } = await reply(text);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
  });
});

it('every remark names a scenario of the suite', () => {
  const names = loadSuite().map(({ scenario }) => scenario.name);
  expect(REMARKS.filter(({ scenario }) => !names.includes(scenario))).toEqual([]);
});

it('every question by reading has its heading in the findings', () => {
  const findings = readFileSync(join(__dirname, '../../docs/findings.md'), 'utf8').split('\n');
  for (const { finding } of READ_REMARKS) expect(findings).toContain(`## ${finding}`);
});

it.each(REMARKS)(
  'what shows $scenario names what that scenario has',
  ({ scenario: name, shows }) => {
    const { scenario } = loadSuite().find((each) => each.scenario.name === name)!;
    expect(() => checkCondition(shows, conditionNames(scenario, layOut(scenario)))).not.toThrow();
  },
);
