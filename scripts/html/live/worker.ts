/** The web worker's side of the live model. */
import { ScenarioError } from '../../../model/scenario/ast';
import { computeLive, type LiveRequest, type LiveResult } from './compute';

/** What the worker says. */
export type LiveMessage =
  | { readonly kind: 'progress'; readonly executions: number; readonly estimate: number }
  | { readonly kind: 'result'; readonly result: LiveResult }
  | { readonly kind: 'error'; readonly error: LiveError };

/** Why nothing could be computed; with its place where the scenario's text is at fault. */
export interface LiveError {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** Answers one request; a worker is asked once and then replaced. */
export function serveWorker(): void {
  const post = (message: LiveMessage): void => postMessage(message);
  addEventListener('message', (event: MessageEvent<LiveRequest>) => {
    try {
      const result = computeLive(event.data, ({ executions, estimate }) =>
        post({ kind: 'progress', executions, estimate }),
      );
      post({ kind: 'result', result });
    } catch (error) {
      post({ kind: 'error', error: describe(error) });
    }
  });
}

function describe(error: unknown): LiveError {
  const position = error instanceof ScenarioError ? error.position : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return {
    // The place is shown beside the text, so that the message need not name it.
    message: message.replace(/^[\w-]+(:\d+:\d+)?: /, ''),
    line: position?.line ?? null,
    column: position?.column ?? null,
  };
}
