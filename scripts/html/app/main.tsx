/** The page's script; the same text runs as the web worker of the live model. */
import { hydrate } from 'preact';
import { serveWorker } from '../live/worker';
import type { PageData } from '../page-data';
import { App } from './app';

if (typeof document === 'undefined') {
  serveWorker();
} else {
  const data = JSON.parse(document.getElementById('data')!.textContent!) as PageData;
  hydrate(<App data={data} />, document.getElementById('app')!);
}
