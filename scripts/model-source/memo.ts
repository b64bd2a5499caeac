/** Remembers what was computed from a source, for as long as the program runs. */
export function remember<T>(compute: (path: string, text: string) => T): typeof compute {
  const known = new Map<string, Map<string, T>>();
  return (path, text) => {
    const texts = known.get(path) ?? new Map<string, T>();
    known.set(path, texts);
    const before = texts.get(text);
    if (before !== undefined) return before;
    const made = compute(path, text);
    texts.set(text, made);
    return made;
  };
}
