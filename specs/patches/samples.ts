/** Patches of a made-up file, in every wrapping that a reviewer may have. */

/** Two hunks with tabs, blank context lines and a line that looks like a mail's quoting. */
export const DIFF = [
  'diff --git a/mm/toy.c b/mm/toy.c',
  'index 1111111..2222222 100644',
  '--- a/mm/toy.c',
  '+++ b/mm/toy.c',
  '@@ -10,6 +10,7 @@ static int toy_open(struct toy *toy)',
  ' {',
  ' \tint err;',
  ' ',
  '+\terr = toy_check(toy);',
  ' \tif (err)',
  ' \t\treturn err;',
  ' \treturn 0;',
  '@@ -40,4 +41,3 @@ static void toy_close(struct toy *toy)',
  ' \ttoy->open--;',
  '-\ttoy->last = NULL;',
  ' \twake_up(&toy->wait);',
  ' }',
].join('\n');

const BODY = `Check before opening.

Signed-off-by: A <a@example.org>
---
 mm/toy.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

${DIFF}
${'-- '}
2.1.0

`;

/** A mail of `git format-patch`, with its postmark. */
export const FORMAT_PATCH = [
  'From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001',
  'From: A Uthor <a@example.org>',
  'Date: Fri, 14 Mar 2014 15:37:47 +0900',
  'Subject: [PATCH v2 2/5] toy: check before',
  ' opening',
  '',
  BODY,
].join('\n');

/** The same mail without postmark. */
export const MAIL = FORMAT_PATCH.slice(FORMAT_PATCH.indexOf('\n') + 1);

const HEAD = 'From: A Uthor <a@example.org>\nSubject: [PATCH 1/1] toy: check\nMIME-Version: 1.0\n';

function inLines(text: string, width: number): string {
  return text.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n');
}

function base64(text: string): string {
  return inLines(Buffer.from(text).toString('base64'), 76);
}

function inEncoding(encoding: string, body: string): string {
  const type = 'Content-Type: text/plain; charset=utf-8';
  return `${HEAD}${type}\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n`;
}

/** The body in base64. */
export const BASE64 = inEncoding('base64', base64(BODY));

/** The body quoted-printable, with a soft line break in each long line. */
export const QUOTED_PRINTABLE = inEncoding(
  'quoted-printable',
  BODY.replaceAll('=', '=3D')
    .replaceAll('\t', '=09')
    .replace(/^(.{60})(.+)$/gm, '$1=\n$2')
    .replace(/ $/gm, '=20'),
);

/** The diff as an attachment to a few words. */
export const ATTACHED = `${HEAD}Content-Type: multipart/mixed; boundary=cut

--cut
Content-Type: text/plain

See the attachment.
--cut
Content-Type: text/x-patch; name=toy.patch
Content-Disposition: attachment; filename=toy.patch
Content-Transfer-Encoding: base64

${base64(DIFF)}
--cut--
`;

/** A reply that quotes the whole patch and speaks in between. */
export const REPLY = [
  'From: R Eviewer <r@example.org>',
  'Subject: Re: [PATCH v2 2/5] toy: check before opening',
  '',
  'On Friday you wrote:',
  ...BODY.split('\n').flatMap((line) => {
    const quoted = line === '' ? '>' : `> ${line}`;
    return line.includes('toy_check') ? [quoted, '', 'Is this under the lock?', ''] : [quoted];
  }),
  'Thanks.',
  '',
].join('\n');

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text with the line ends of another system. */
export function crlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}
