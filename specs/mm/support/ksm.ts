import { Page } from '../../../model/include/linux/mm_types';
import type { Ptr } from '../../../model/machine/struct';
import { ksmdScan } from '../../../model/mm/ksm';
import type { KernelConfig } from '../../../model/state/config';
import { Ksm } from '../../../model/state/kernel';
import { boot, type Hunks, type Programs } from './boot';

export const START = 4;

/** Process 0 with four mergeable pages; what is written to them is `contents`, from the first on. */
export function mergeable(
  contents: readonly number[],
  config: Partial<KernelConfig> = {},
  hunks: Hunks = 'base',
): Programs {
  const bench = boot({ frames: 32, ...config }, hunks);
  bench.map(START, 4);
  expect(bench.advise(START, 4, 'MERGEABLE')).toBe(0);
  contents.forEach((value, i) => bench.write(START + i, value));
  return bench;
}

/** ksmd, once over everything. */
export const scan = (bench: Programs, times = 1): void => {
  for (let i = 0; i < times; i++) bench.run(ksmdScan(bench.cpu(), 100));
};
export const ksm = (bench: Programs, field: keyof typeof Ksm): number =>
  bench.word(bench.kernel.ksm + Ksm[field]);
export const mapping = (bench: Programs, page: Ptr): number => bench.word(page + Page.mapping);
export const isKsm = (bench: Programs, page: Ptr): boolean => (mapping(bench, page) & 7) === 3;
export const shared = (bench: Programs): number[] => [
  ksm(bench, 'pages_shared'),
  ksm(bench, 'pages_sharing'),
];
