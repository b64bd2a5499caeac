/** `lzfree serve`: what it takes, and whom it answers. */
import { request } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servePage, type PageServer } from '../../scripts/html/server';
import { runCli } from '../cli/run-cli';

let server: PageServer;
beforeAll(async () => {
  server = await servePage('<p>page</p>', 0);
});
afterAll(() => server.close());

/** Status and text of an answer. */
function ask(path: string, options: { method?: string; host?: string } = {}) {
  const { host, method = 'GET' } = options;
  const headers = host === undefined ? {} : { host };
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request(new URL(path, server.url), { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the server', () => {
  it('is reached by the loopback address only', () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('answers with the page, and with nothing else', async () => {
    expect(await ask('/')).toEqual({ status: 200, text: '<p>page</p>' });
    expect(await ask('/', { host: 'localhost:80' })).toMatchObject({ status: 200 });
    expect(await ask('/', { method: 'HEAD' })).toEqual({ status: 200, text: '' });
    expect(await ask('/package.json')).toMatchObject({ status: 404 });
    expect(await ask('/', { method: 'POST' })).toMatchObject({ status: 405 });
  });

  it('refuses a name of another host that leads to it', async () => {
    expect(await ask('/', { host: 'evil.example' })).toEqual({ status: 403, text: '403\n' });
  });
});

describe('lzfree serve', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lzfree-serve-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'document.json');

  it('serves until it is interrupted, and says where', async () => {
    const signal = AbortSignal.abort('SIGINT');
    const { code, stdout } = await runCli(['serve', '--port', '0', '--json'], { signal });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'lzfree/serve', version: 1 });
  });

  it.each([
    ['run', ['run', 'both-owners-free', '--variant', 'fixed']],
    ['diff', ['diff', 'original', 'fixed', 'both-owners-free']],
    ['diff-search', ['diff', 'original', 'fixed', '--search', '--size', '1']],
    ['review', ['review', '--search-size', '0']],
    ['hunt', ['hunt', 'fixed', '--until-size', '1']],
    ['matrix', ['matrix', 'both-owners-free']],
    ['classes', ['classes', 'both-owners-free']],
  ])('serves what %s prints', async (schema, words) => {
    const { stdout } = await runCli([...words, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ schema: `lzfree/${schema}` });
    writeFileSync(file, stdout);
    const signal = AbortSignal.abort('SIGINT');
    const { code, stderr } = await runCli(['serve', file, '--port', '0'], { signal });
    expect({ code, refused: stderr.includes('give what') }).toEqual({ code: 130, refused: false });
  });

  it.each([
    ['not JSON', '{', 'is not JSON'],
    ['a document of another command', '{"schema":"lzfree/hunks","version":1}', 'lzfree/hunks'],
    ['another version', '{"schema":"lzfree/run","version":1}', 'lzfree/run version 1'],
    ['half a document', '{"schema":"lzfree/run","version":3}', 'not whole'],
    ['no document', '3', 'is no document'],
  ])('refuses %s', async (_, text, message) => {
    writeFileSync(file, text);
    const { code, stdout, stderr } = await runCli(['serve', file, '--port', '0']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('refuses a port that is taken', async () => {
    const { port } = new URL(server.url);
    const { code, stderr } = await runCli(['serve', '--port', port]);
    expect(code).toBe(2);
    expect(stderr).toContain(`port ${port}`);
  });
});
