import { ENOMEM } from '../../model/include/uapi/asm-generic/errno-base';
import {
  ksmRunStore,
  ksmdScan,
  KSM_RUN_MERGE,
  KSM_RUN_STOP,
  KSM_RUN_UNMERGE,
} from '../../model/mm/ksm';
import { START, ksm, mergeable, scan, shared } from './support/ksm';

// Rests on mm/ksm.c run_store and unmerge_and_remove_all_rmap_items.

describe('2 in /sys/kernel/mm/ksm/run', () => {
  it('undoes every merge and stops ksmd, until 1 is written again', () => {
    const bench = mergeable([7, 7]);
    scan(bench, 2);
    expect(bench.run(ksmRunStore(bench.cpu(), KSM_RUN_UNMERGE))).toBe(0);
    expect(bench.pageAt(START)).not.toBe(bench.pageAt(START + 1));
    expect([ksm(bench, 'stable_tree'), shared(bench)]).toEqual([0, [0, 0]]);
    scan(bench, 3);
    expect(shared(bench)).toEqual([0, 0]);
    bench.run(ksmRunStore(bench.cpu(), KSM_RUN_MERGE));
    scan(bench, 2);
    expect(shared(bench)).toEqual([1, 1]);
  });

  it('fails without memory for a copy; KSM is stopped, and can start anew within its scan', () => {
    const bench = mergeable([7, 7, 8], { allocationsFail: true });
    scan(bench, 2);
    bench.run(ksmdScan(bench.cpu(), 3));
    expect(ksm(bench, 'pages_unshared')).toBe(1);
    const store = ksmRunStore(bench.cpu(), KSM_RUN_UNMERGE);
    expect(bench.runFailing(store, () => true)).toBe(-ENOMEM);
    expect([ksm(bench, 'run'), ksm(bench, 'scan_mm'), shared(bench)]).toEqual([
      KSM_RUN_STOP,
      0,
      [1, 1],
    ]);
    scan(bench, 2);
    expect([shared(bench), ksm(bench, 'pages_unshared')]).toEqual([[1, 1], 1]);
    expect([bench.read(START), bench.read(START + 2)]).toEqual([7, 8]);
  });
});
