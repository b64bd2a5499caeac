import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelSources, type Sources } from '../../scripts/model-source/kernel-sources';
import { armsOf } from '../../scripts/trace/arms';
import { declarations } from '../../scripts/trace/model-code';
import { placeChecks } from '../../scripts/trace/place-checks';
import { otherWaysIn, placedSwitches } from '../../scripts/trace/placed-switches';
import { symbolChecks } from '../../scripts/trace/symbol-checks';
import type { Trace } from '../../scripts/trace/trace';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import { switchFacts } from '../../model/features/hunk-table';
import { runCli } from '../cli/run-cli';

const sources = modelSources();

/** The model with one change of one file, which must apply. */
function changed(path: string, from: string, to: string): Sources {
  const text = sources.get(path)!;
  expect(text.split(from)).toHaveLength(2);
  return new Map(sources).set(path, text.replace(from, to));
}

/** The faults of each check of places and symbols that fails on a model, by the check's name. */
function faultsOf(model: Sources): Record<string, readonly string[]> {
  const code = declarations(model);
  const places = placedSwitches(model);
  const asked = SWITCH_IDS.filter((id) => places.some((place) => place.id === id));
  const arms = new Map(asked.map((id) => [id, armsOf(id, places, model)]));
  const checks = [...placeChecks(places, code), ...symbolChecks(arms, code)];
  return Object.fromEntries(
    checks.filter(({ passed }) => !passed).map(({ name, faults }) => [name, faults]),
  );
}

describe('lzfree trace', () => {
  let document: Trace & { schema: string };
  beforeAll(async () => {
    const { stdout, code } = await runCli(['trace', '--json']);
    document = JSON.parse(stdout) as typeof document;
    expect([code, document.schema]).toEqual([0, 'lzfree/trace']);
  });

  it('says how far it got when it is interrupted', async () => {
    const signal = AbortSignal.abort('SIGINT');
    const { code, stdout, stderr } = await runCli(['trace'], { signal });
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toBe('interrupted after 0 runs of scenarios: nothing was checked\n');
  });

  it('holds: every check passes on the model', () => {
    expect(document.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(document.holds).toBe(true);
  });

  it('has every switch, with a place and a spec if it acts', () => {
    expect(document.switches.map(({ id }) => id)).toEqual(SWITCH_IDS);
    const acting = document.switches.filter(({ effect }) => effect !== 'none');
    const loose = acting.filter(({ places, specs }) => places.length === 0 || specs.length === 0);
    expect(loose).toEqual([]);
  });

  it('finds each place on the line that it names', () => {
    const wrong = document.switches.flatMap(({ id, places }) =>
      places.filter(({ file, line }) => {
        const lines = sources.get(file)!.split('\n');
        return !lines[line - 1].includes(id) && !lines[line]?.includes(id);
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('has the same calls for the text of a hunk and for its arms, wherever there is a text', () => {
    const texts = document.switches.filter(
      ({ callsInText, effect }) => callsInText && effect !== 'none',
    );
    expect(texts.length).toBeGreaterThan(20);
    for (const { callsInModel, callsInText } of texts) expect(callsInModel).toEqual(callsInText);
  });
});

describe('lzfree trace hunk', () => {
  it('lists one hunk with what it calls', async () => {
    const { stdout } = await runCli(['trace', 'p3/mm/rmap/try_to_unmap_one']);
    expect(stdout).toMatch(
      /^ {2}model calls +PageLazyFree, BUG_ON, PageAnon, pte_dirty, set_pte_at, add$/m,
    );
    expect(stdout.match(/^ {2}in the model/gm)).toHaveLength(1);
  });

  it('refuses a hunk that it does not know, with the nearest one', async () => {
    const { code, stderr } = await runCli(['trace', 'try_to_unmap_on']);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain('did you mean p3/mm/rmap/try_to_unmap_one');
  });
});

describe('a model that has come loose', () => {
  const swapState = 'model/mm/swap_state.ts';
  const rmap = 'model/mm/rmap.ts';

  it('is not that of the project', () => {
    expect(faultsOf(sources)).toEqual({});
  });

  it('asks for a hunk in another function', () => {
    const moved = changed(
      rmap,
      'p1/mm/rmap/page_get_anon_vma',
      'p1/mm/rmap/page_lock_anon_vma_read',
    );
    const { 'in-place': misplaced, placed } = faultsOf(moved);
    expect(misplaced).toEqual([
      expect.stringMatching(/^p1\S+read: model\/mm\/rmap.ts:\d+ \(page_get_anon_vma\)$/),
    ]);
    expect(placed).toEqual(['p1/mm/rmap/page_get_anon_vma: nowhere']);
  });

  it('asks in a function that others use too', () => {
    const shared = changed(
      'model/mm/ksm/unstable-tree.ts',
      '/** An rmap_item of the unstable tree',
      'export const other = isMergeable;\n\n/** An rmap_item of the unstable tree',
    );
    expect(faultsOf(shared)['in-place']).toEqual([expect.stringContaining('(isMergeable)')]);
  });

  it('asks for a hunk that does nothing', () => {
    const inert = 'p2/mm/swap/lru_deactivate_fn';
    expect(switchFacts(inert).effect).toBe('none');
    const asking = changed('model/mm/swap/move-fn.ts', `('${inert}.2')`, `('${inert}')`);
    expect(faultsOf(asking)).toHaveProperty('inert', [expect.stringContaining(`${inert}: model/`)]);
  });

  it('calls something else, or in another order', () => {
    const forgotten = changed(swapState, '    yield* deactivate_page(cpu, page);\n', '');
    expect(faultsOf(forgotten)['called']).toContainEqual(
      'p3/mm/swap_state/move_lazyfree: the hunk calls 1 more of deactivate_page, the arm 0 more of ' +
        'deactivate_page',
    );
    const turned = changed(
      'model/mm/memory/zap.ts',
      '      tlb_remove_tlb_entry(tlb);\n      yield* tlb_madvfree_page(cpu, tlb, page);\n',
      '      yield* tlb_madvfree_page(cpu, tlb, page);\n      tlb_remove_tlb_entry(tlb);\n',
    );
    expect(faultsOf(turned)['called']).toEqual([
      expect.stringContaining('p3/mm/memory/zap_pte_range: not called in the order'),
    ]);
  });

  it('has the arms of a hunk the wrong way round', () => {
    const turned = changed(
      rmap,
      "hunk('p1/mm/rmap/page_get_anon_vma')",
      "!hunk('p1/mm/rmap/page_get_anon_vma')",
    );
    expect(faultsOf(turned)['named']).toContainEqual(
      'p1/mm/rmap/page_get_anon_vma: its arms do not differ in page_rmapping',
    );
  });

  it('gives a symbol another name', () => {
    const path = 'model/include/linux/rmap.ts';
    const renamed = changed(path, 'export function TTU_LAZYFREE(', 'export function TTU_LAZY(');
    expect(faultsOf(renamed)['defined']).toEqual([
      'p3/include/linux/rmap/TTU_LAZYFREE: TTU_LAZYFREE is declared nowhere',
    ]);
  });

  it('lets a switch be a value', () => {
    const stored = changed(
      swapState,
      'yield* lru_add_drain(cpu);\n  const chunk',
      'yield* lru_add_drain(cpu);\n' +
        "  const on = hunk('fixup/mm/swap_state/free_pages_and_swap_cache');\n  const chunk",
    );
    expect(faultsOf(stored)['decides']).toEqual([expect.stringContaining(`${swapState}:`)]);
  });

  it('asks for a switch that it does not name', () => {
    const unnamed = changed(rmap, "defined('p3/mm/rmap/is_anon_vma', ", 'defined(ID, ');
    expect(faultsOf(unnamed)['literal']).toEqual([expect.stringContaining('(is_anon_vma)')]);
  });

  it.each([
    ['by another name', "import { hunk as on } from '../features/hunk';"],
    ['through all of the module', "import * as switches from '../features/hunk';"],
    ['through the variants', "import { NAMED_VARIANTS } from '../features/variant';"],
    ['as a function to pass on', 'export const ask = hunk;'],
  ])('reaches the switches %s', (_, line) => {
    const text = `${sources.get(swapState)!}${line}\n`;
    expect(otherWaysIn(new Map([[swapState, text]]))).toEqual([expect.stringContaining(swapState)]);
  });
});

it('docs/hunks.md shows what the commands print', async () => {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'hunks.md'), 'utf8');
  const examples = [...text.matchAll(/^```\n\$ lzfree (.+)\n([^`]+)```$/gm)];
  expect(examples.map(([, words]) => words!.split(' ')[0])).toEqual(['trace', 'materialize']);
  for (const [, words, shown] of examples) {
    const { stdout } = await runCli(words!.split(' '));
    expect(stdout).toContain(shown!);
  }
});
