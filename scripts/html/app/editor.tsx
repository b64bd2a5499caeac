/** A scenario's text with line numbers, and an error at its line. */
import { useId } from 'preact/hooks';
import type { LiveError } from '../live/worker';

export interface EditorProps {
  readonly text: string;
  readonly error: LiveError | null;
  readonly disabled: boolean;
  readonly onEdit: (text: string) => void;
}

export function Editor({ text, error, disabled, onEdit }: EditorProps) {
  const id = useId();
  const lines = text.split('\n');
  return (
    <div class="editor">
      <label for={id}>Scenario text</label>
      <div class="editor-body">
        <pre class="gutter" aria-hidden="true">
          {lines.map((_, index) => (
            <span key={index} class={error?.line === index + 1 ? 'wrong' : ''}>
              {error?.line === index + 1 ? '▶' : ' '}
              {String(index + 1).padStart(3)}
              {'\n'}
            </span>
          ))}
        </pre>
        <textarea
          id={id}
          rows={lines.length + 1}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          disabled={disabled}
          value={text}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : `${id}-error`}
          onInput={(e) => onEdit(e.currentTarget.value)}
        />
      </div>
      <div id={`${id}-error`} role="alert" class={error === null ? 'unseen' : 'error'}>
        {error !== null && (
          <>
            {error.line !== null && (
              <b>
                line {error.line}, column {error.column}:{' '}
              </b>
            )}
            {error.message}
            {error.line !== null && <code class="quote">{lines[error.line - 1]}</code>}
          </>
        )}
      </div>
    </div>
  );
}
