/** A reply as the list expects it: plain text, what is answered quoted, each remark under its line. */
import {
  MAIL_WIDTH,
  SEQUENCE_INDENT,
  type ReplyDocument,
  type ReplyPart,
  type ReplyReading,
  type ReplyRemark,
} from '../reply/reply-document';
import { printCompleteness } from '../../model/diff/completeness';
import { wrapText } from '../cli/text';
import { doubtSentences } from './doubts-text';
import { indent } from './outcome-text';
import { printable } from './printable';

const GAP = '> [ ... ]';
const HEADER_WIDTH = 78;

/** The whole message, header first. */
export function replyMail(document: ReplyDocument): string {
  return [
    ...headerLines(document),
    '',
    ...attribution(document),
    ...document.parts.flatMap((part, index) => partLines(part, document.parts[index - 1])),
    '',
    wrapText(closing(document), MAIL_WIDTH),
    ...doubtSentences(document.doubts).flatMap((sentence) => ['', wrapText(sentence, MAIL_WIDTH)]),
  ].join('\n');
}

function headerLines({ header, parts }: ReplyDocument): string[] {
  const { to, cc, subject, inReplyTo, references } = header;
  const fields = [
    ['To', to],
    ['Cc', cc],
    ['Subject', subject],
    ['In-Reply-To', inReplyTo],
    ['References', references],
    ...(isAscii(parts) ? [] : CHARSET),
  ] as const;
  return fields.flatMap(([name, value]) => (value === null ? [] : fold(name, value)));
}

const CHARSET = [
  ['MIME-Version', '1.0'],
  ['Content-Type', 'text/plain; charset=UTF-8'],
  ['Content-Transfer-Encoding', '8bit'],
] as const;

/** A long field goes on in lines that begin with a blank; its first word stays beside its name. */
function fold(name: string, value: string): string[] {
  const [first, ...words] = value.split(/[ \t]+/);
  const lines = [`${name}: ${first}`];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= HEADER_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(` ${word}`);
  }
  return lines;
}

const isAscii = (parts: readonly ReplyPart[]): boolean =>
  // eslint-disable-next-line no-control-regex
  /^[\x00-\x7f]*$/.test(JSON.stringify(parts));

function attribution({ from, date }: ReplyDocument): string[] {
  if (from === null) return [];
  return [printable(date === null ? `${from} wrote:` : `On ${date}, ${from} wrote:`)];
}

function closing({ completeness, variant }: ReplyDocument): string {
  return (
    'The steps above are from lzfree, a model of the memory management of Linux 3.14 in which each hunk of ' +
    `the series is a switch, and not from a running kernel; the variant is ${variant}. ` +
    (completeness.kind === 'complete'
      ? 'Every interleaving of them was looked at. '
      : `Not every interleaving was looked at: ${printCompleteness(completeness)}. `) +
    'The commands show them step by step.'
  );
}

function partLines(part: ReplyPart, before: ReplyPart | undefined): string[] {
  switch (part.kind) {
    case 'quote':
      return [...apart(before), ...part.lines.map(quoted)];
    case 'gap':
      return [...apart(before), GAP];
    case 'remark':
      return remarkLines(part.remark);
    case 'reading':
      return readingLines(part.reading);
  }
}

/** What is quoted stands apart from a question above it. */
const apart = (before: ReplyPart | undefined): string[] =>
  before?.kind === 'remark' || before?.kind === 'reading' ? [''] : [];

/** Byte for byte behind the mark; an empty line gets no blank that would trail. */
const quoted = (line: string): string => (line === '' ? '>' : `> ${line}`);

function readingLines({ question, finding }: ReplyReading): string[] {
  const ground = `This is by reading, and not from the model (docs/findings.md of lzfree, "${finding}").`;
  return [...question, ground].flatMap((paragraph) => ['', wrapText(paragraph, MAIL_WIDTH)]);
}

function remarkLines({ question, sequence, end, replay }: ReplyRemark): string[] {
  return [
    ...question.flatMap((paragraph) => ['', wrapText(paragraph, MAIL_WIDTH)]),
    '',
    ...sequence.map((line) => indent(line, SEQUENCE_INDENT)),
    '',
    wrapText(end, MAIL_WIDTH),
    '',
    ...commandLines(replay),
  ];
}

/** A command that a shell takes as it stands, broken before its options where it is too long. */
function commandLines(command: string): string[] {
  if (command.length + SEQUENCE_INDENT <= MAIL_WIDTH) return [indent(command, SEQUENCE_INDENT)];
  const [first, ...rest] = command.split(/ (?=s1:|--variant )/);
  return [first, ...rest.map((word) => `    ${word}`)].map((line, index, all) =>
    indent(index < all.length - 1 ? `${line} \\` : line, SEQUENCE_INDENT),
  );
}
