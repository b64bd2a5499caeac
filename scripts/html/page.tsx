/** One self-contained HTML file: content, data, script and style, and a policy that forbids the network. */
import { createHash } from 'node:crypto';
import { render } from 'preact-render-to-string';
import { App } from './app/app';
import type { Assets } from './assets';
import type { PageData } from './page-data';

/** The file's text. The content is in it already, so that it can be read where scripts do not run. */
export function pageHtml(data: PageData, { script, style }: Assets): string {
  const code = inlineScript(script);
  const policy = [
    `default-src 'none'`,
    `script-src ${hashOf(code)}`,
    `style-src ${hashOf(style)}`,
    'worker-src blob:',
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${escapeText(`lzfree: ${data.answer}`)}</title>
<style>${style}</style>
</head>
<body>
<div id="app">${render(<App data={data} />)}</div>
<script type="application/json" id="data">${inlineJson(data)}</script>
<script id="script">${code}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** JSON that can stand in a script element: nothing in it ends the element, or a line of JavaScript. */
export function inlineJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** Both ways in which a script's text can change how the rest of the page is read. */
function inlineScript(script: string): string {
  return script.replace(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--');
}
