/** A labelled field whose text says what a view shows. */
import { useId } from 'preact/hooks';

interface TextFilterProps {
  readonly label: string;
  /** What one might ask for. */
  readonly example: string;
  readonly text: string;
  readonly setText: (text: string) => void;
}

export function TextFilter({ label, example, text, setText }: TextFilterProps) {
  const id = useId();
  return (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={example}
        onInput={(e) => setText(e.currentTarget.value)}
      />
    </>
  );
}
