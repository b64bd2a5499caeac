import { readArchivedMail } from './archived-mail';
import { completePatches } from './complete';
import type { ScannedPatch } from './complete';
import { parseDiffstat } from './diffstat';
import { checkBytes } from './limits';
import { readMail } from './mail';
import type { Mail } from './mail';
import { isPostmark, splitMbox } from './mbox';
import { PatchError, WHOLE_INPUT } from './patch-error';
import { scanText } from './scan';
import type { Scan } from './scan';
import { quoteStreams, splitLines } from './source-text';
import type { Carrier, Patch, PatchInput } from './types';

type PatchHead = Omit<Patch, 'files'>;

const HEADER_BLOCK = /^[A-Za-z][A-Za-z0-9-]*:(?: |\t|\r?$)/;
const MAIL_FIELD =
  /^(?:From|Subject|Date|Message-ID|Received|Return-Path|MIME-Version|To|Delivered-To):/i;
const SERIES_TAG = /\[[^\]]{0,80}?\b(\d{1,4})\/(\d{1,4})\]/;

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The input without the byte order mark that some editors put first: it would belong to the first header. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  const marked = BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
  return marked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}

/** Whether text begins with the header block of a message. */
function isMail(text: string): boolean {
  const block = text.slice(0, 64 * 1024).split(/\r?\n\r?\n/, 1)[0];
  const lines = block.split('\n');
  return HEADER_BLOCK.test(lines[0]) && lines.some((line) => MAIL_FIELD.test(line));
}

/** The messages of an input; a bare diff is one without a header. @throws PatchError */
export async function readMails(input: Uint8Array): Promise<{ carrier: Carrier; mails: Mail[] }> {
  checkBytes(input);
  const bytes = withoutMark(input);
  const text = decode(bytes);
  if (isPostmark(text.split('\n', 1)[0])) {
    const mails: Mail[] = [];
    for (const [index, { bytes: part, firstLine }] of splitMbox(bytes).entries()) {
      mails.push(await readMail(part, { message: index + 1, firstLine }));
    }
    return { carrier: 'mbox', mails };
  }
  const archived = readArchivedMail(text);
  if (archived !== undefined) return { carrier: 'archived mail', mails: [archived] };
  if (isMail(text)) {
    return { carrier: 'mail', mails: [await readMail(bytes, { message: 1, firstLine: 1 })] };
  }
  return {
    carrier: 'diff',
    mails: [{ subject: '', fields: new Map(), texts: [splitLines(text)] }],
  };
}

function headOf(mail: Mail, scan: Scan, depth: number, isReply: boolean): PatchHead {
  const tag = SERIES_TAG.exec(mail.subject);
  const diffstat = parseDiffstat(scan.prose);
  const role = depth > 0 ? 'quoted' : isReply ? 'reply' : 'patch';
  return {
    subject: mail.subject.replace(/^(?:Re: *)+/i, ''),
    ...(tag !== null && role !== 'reply' ? { number: Number(tag[1]), of: Number(tag[2]) } : {}),
    role,
    whiteSpace: scan.collapsed ? 'collapsed' : 'kept',
    ...(diffstat === undefined ? {} : { diffstat }),
  };
}

/** The patches of one message, the quoted before its own, still open where a hunk breaks off. */
function scanMail(mail: Mail, index: number): { head: PatchHead; scanned: ScannedPatch }[] {
  const isReply = /^Re:/i.test(mail.subject);
  return mail.texts.flatMap((text) =>
    quoteStreams(text).flatMap(({ depth, lines }) => {
      const scan = scanText(lines);
      if (scan.files.length === 0) return [];
      const head = { ...headOf(mail, scan, depth, isReply), message: index + 1 };
      const { files } = scan;
      return [{ head, scanned: head.diffstat ? { files, diffstat: head.diffstat } : { files } }];
    }),
  );
}

/**
 * Reads any patch that a reviewer may have: an mbox, a mail, a file of `git format-patch`, a mail as an
 * archive shows it, or a bare diff.
 *
 * @param bytes the whole input; nothing that it names is opened or written
 * @throws PatchError, and nothing else, for an input that is not such a patch
 */
export async function readPatch(bytes: Uint8Array): Promise<PatchInput> {
  const { carrier, mails } = await readMails(bytes);
  const open = mails.flatMap(scanMail);
  if (open.length === 0) {
    const what = carrier === 'diff' ? 'not a mail or diff' : 'a mail without a diff';
    throw new PatchError(WHOLE_INPUT, what, 'give an mbox, a mail, a format-patch file or a diff');
  }
  const files = completePatches(open.map(({ scanned }) => scanned));
  const { from, date } = mails[0];
  return {
    carrier,
    messages: carrier === 'diff' ? 0 : mails.length,
    ...(from === undefined ? {} : { from }),
    ...(date === undefined ? {} : { date }),
    patches: open.map(({ head }, index) => ({ ...head, files: files[index] })),
  };
}
