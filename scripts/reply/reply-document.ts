/** The result of `lzfree reply`: an answer to a mail, part by part. The mail itself is a view of it. */
import type { Completeness } from '../../model/diff/completeness';
import type { HunkId } from '../../model/features/hunk-id';
import type { Doubts } from '../../model/patch/doubts';
import type { Mail } from '../../model/patch/mail';
import { lineOf, type PlacedHunk } from './place';
import { sequenceLines } from './sequence';
import type { ReadRemark } from './remarks';
import type { ShownRemark } from './shown';

/** A remark at its place. */
export interface ReplyRemark {
  readonly scenario: string;
  readonly title: string;
  readonly hunk: HunkId;
  readonly question: readonly string[];
  /** The steps that show it, in columns. */
  readonly sequence: readonly string[];
  readonly end: string;
  readonly replay: string;
}

/** A question that no execution shows. */
export interface ReplyReading {
  readonly hunk: HunkId;
  readonly question: readonly string[];
  /** The heading of docs/findings.md under which it stands. */
  readonly finding: string;
}

export type ReplyPart =
  | { readonly kind: 'quote'; readonly lines: readonly string[] }
  /** Lines of the mail that are left out. */
  | { readonly kind: 'gap' }
  | { readonly kind: 'remark'; readonly remark: ReplyRemark }
  | { readonly kind: 'reading'; readonly reading: ReplyReading };

/** Fields of the reply's header; null where the mail does not tell them. */
export interface ReplyHeader {
  readonly to: string | null;
  readonly cc: string | null;
  readonly subject: string;
  readonly inReplyTo: string | null;
  readonly references: string | null;
}

export interface ReplyDocument {
  readonly schema: 'lzfree/reply';
  readonly version: 2;
  readonly variant: string;
  readonly header: ReplyHeader;
  readonly from: string | null;
  readonly date: string | null;
  readonly parts: readonly ReplyPart[];
  /** The weakest of the explorations behind the remarks. */
  readonly completeness: Completeness;
  /** Of what is true of the variant, but of no hunk in this message: the scenario or the finding. */
  readonly elsewhere: readonly string[];
  /** Scenarios that were looked at and do not show what their remark is about. */
  readonly notShown: readonly string[];
  /** In what the patch may do something else than the variant that was looked at. */
  readonly doubts: Doubts;
}

/** A remark and the hunk that it concerns. */
export interface PlacedRemark {
  readonly remark: ShownRemark | ReadRemark;
  readonly hunk: PlacedHunk;
}

/** Columns of a mail's own text. */
export const MAIL_WIDTH = 72;
/** A sequence is moved in by this much. */
export const SEQUENCE_INDENT = 2;
/** Lines of a hunk that are quoted above the line in question. */
const CONTEXT = 5;

/** Header fields that answer a mail; nothing is made up that it does not tell. */
export function replyHeader({ subject, fields }: Mail): ReplyHeader {
  const id = fields.get('message-id') ?? null;
  const earlier = fields.get('references') ?? fields.get('in-reply-to');
  const others = [fields.get('to'), fields.get('cc')].filter((each) => each !== undefined);
  const topic = fields.get('subject') ?? subject;
  return {
    to: fields.get('reply-to') ?? fields.get('from') ?? null,
    cc: others.length > 0 ? others.join(', ') : null,
    subject: /^re:/i.test(topic) ? topic : `Re: ${topic}`,
    inReplyTo: id,
    references: id === null ? null : earlier === undefined ? id : `${earlier} ${id}`,
  };
}

/** The parts of a reply to one mail, in the order of that mail. */
export function replyParts(placed: readonly PlacedRemark[]): ReplyPart[] {
  const ordered = placed
    .map((each) => ({ ...each, at: lineOf(each.hunk, each.remark.line) }))
    .sort((a, b) => a.hunk.start - b.hunk.start || a.at - b.at);
  const parts: ReplyPart[] = [];
  let next = 0;
  for (const { remark, hunk, at } of ordered) {
    const wanted = [
      ...range(hunk.file, hunk.fileEnd),
      hunk.start,
      ...range(Math.max(hunk.start + 1, at - CONTEXT), at),
    ].filter((index) => index >= next);
    for (const index of wanted) {
      const last = parts.at(-1);
      if (index > next) parts.push({ kind: 'gap' });
      if (index === next && last?.kind === 'quote') {
        parts[parts.length - 1] = { kind: 'quote', lines: [...last.lines, hunk.text[index].text] };
      } else parts.push({ kind: 'quote', lines: [hunk.text[index].text] });
      next = index + 1;
    }
    parts.push(remarkPart(remark));
  }
  return parts;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

const remarkPart = (remark: ShownRemark | ReadRemark): ReplyPart =>
  'scenario' in remark
    ? { kind: 'remark', remark: replyRemark(remark) }
    : { kind: 'reading', reading: replyReading(remark) };

const replyReading = ({ hunk, question, finding }: ReadRemark): ReplyReading => ({
  hunk,
  question,
  finding,
});

function replyRemark({
  scenario,
  title,
  hunk,
  question,
  end,
  replay,
  source,
  trace,
}: ShownRemark): ReplyRemark {
  const sequence = sequenceLines(source, trace, MAIL_WIDTH - SEQUENCE_INDENT);
  return { scenario, title, hunk, question, sequence, end, replay };
}
