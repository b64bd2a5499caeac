/** Serves one page to browsers on this machine, and to nobody else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../cli/errors';

/** The loopback address: no other machine reaches it. */
const LOOPBACK = '127.0.0.1';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts serving.
 *
 * @param port 0 takes a free one
 * @throws UsageError if the port cannot be had
 */
export async function servePage(html: string, port: number): Promise<PageServer> {
  const server = createServer((request, response) => answer(request, response, html));
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new UsageError(`cannot serve on port ${port} (${error.code}); choose another --port`)),
    );
    server.listen(port, LOOPBACK, resolve);
  });
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

function answer(request: IncomingMessage, response: ServerResponse, html: string): void {
  const status = statusOf(request);
  response.writeHead(status, status === 200 ? HEADERS : { 'Content-Type': 'text/plain' });
  response.end(request.method === 'HEAD' ? '' : status === 200 ? html : `${status}\n`);
}

function statusOf({ headers, method, url }: IncomingMessage): number {
  // A name of somebody else's that leads here must not read the page (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return 403;
  if (method !== 'GET' && method !== 'HEAD') return 405;
  return url === '/' ? 200 : 404;
}
