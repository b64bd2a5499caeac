/**
 * Does something with every item, with so many under way at a time; they are begun in order.
 *
 * @throws what the first failing item threw, once those under way have ended
 */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const errors = new Map<number, unknown>();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < items.length && errors.size === 0) {
      const index = next++;
      await act(items[index]!).catch((error: unknown) => errors.set(index, error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
  if (errors.size > 0) throw errors.get(Math.min(...errors.keys()));
}
