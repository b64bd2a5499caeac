/** docs/kernel-map.md leads from a function of Linux to the model, and cannot rot. */
import { readFileSync } from 'node:fs';
import { packagePath } from '../scripts/cli/package-root';
import { functionsOf, kernelFiles, kernelMap, SUBJECTS, subjectsOf } from '../scripts/kernel-map';

const functionsIn = (file: string): string[] => [...functionsOf(file).values()].flat();

describe('docs/kernel-map.md', () => {
  it('is what npm run map writes', () => {
    expect(readFileSync(packagePath('docs', 'kernel-map.md'), 'utf8')).toBe(kernelMap());
  });

  it('has every file that mirrors Linux under one subject', () => {
    const homeless = kernelFiles().filter((file) => subjectsOf(file).length !== 1);
    expect(homeless).toEqual([]);
  });

  it('names no path that is not there', () => {
    const paths = SUBJECTS.flatMap(({ paths: own }) => own);
    const stale = paths.filter(
      (path) => !kernelFiles().some((file) => file.startsWith(`model/${path}`)),
    );
    expect(stale).toEqual([]);
  });

  it('leads to the functions that the series changes', () => {
    expect(functionsIn('model/mm/rmap.ts')).toContain('try_to_unmap_one');
    expect(functionsIn('model/mm/swap_state.ts')).toContain('free_pages_and_swap_cache');
    expect(functionsOf('model/include/linux/pagemap.ts').get('mm/filemap.c')).toContain(
      'unlock_page',
    );
  });

  it('knows a function that another one contains, by the comment above', () => {
    expect(functionsIn('model/mm/rmap.ts')).toContain('is_vma_temporary_stack');
  });
});
