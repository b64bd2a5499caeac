/** The progress line of a hunt. */
import type { Io } from './cli/io';
import { Pace } from './cli/pace';
import { startProgress } from './cli/progress';
import { counted } from './cli/text';
import type { HuntState } from './hunt';

/** Stages are the sizes of programs; random ones come last. */
const RANDOM = Infinity;

export function showHunt(io: Pick<Io, 'isTTY' | 'verbosity' | 'width'>): {
  show(state: HuntState): void;
  end(): void;
} {
  const line = startProgress(io, 'hunt');
  const pace = new Pace();
  return {
    show({ sizes, random, causes }) {
      const found = `${causes.length} found`;
      const row = sizes.at(-1);
      if (random.done > 0) {
        line.update(random.done, undefined, `random, ${found}${pace.tell(RANDOM, random.done)}`);
      } else if (row !== undefined) {
        const { size, done, programs } = row;
        const detail = `of ${counted(size, 'move')}, ${found}${pace.tell(size, done, programs)}`;
        line.update(done, programs, detail);
      }
    },
    end: () => line.end(),
  };
}
