// What a C parser reads from the mail's text, against the facts that were written by hand.
import { deriveNeeds, needBasis } from '../../model/features/derived-needs';
import { SWITCH_IDS } from '../../model/features/hunk-id';
import type { SwitchId } from '../../model/features/hunk-id';
import { HUNKS, switchFacts } from '../../model/features/hunk-table';
import type { SwitchFacts } from '../../model/features/hunk-table';
import { requires } from '../../model/features/requires';
import { deriveSymbols } from '../../scripts/derive-symbols';
import type { HunkLine } from '../../model/patch/types';

const MOVE = 'p3/mm/swap_state/move_lazyfree';
const INCLUDE = 'p3/mm/swap_state/include';

const withText = SWITCH_IDS.map(switchFacts).filter(({ derived }) => derived !== undefined);
const needs = deriveNeeds(HUNKS);

/** The new symbols that others can use: not a new function's own parameters. */
function definedIn({ derived, defines }: SwitchFacts): string[] {
  const names = derived?.defines ?? [];
  const functions = names.filter(({ kind }) => kind === 'function').map(({ name }) => name);
  return names
    .filter(({ name }) => !derived?.redefines.includes(name))
    .filter(({ kind, name }) => kind !== 'parameter' || !functions.includes(name.split('.')[0]))
    .map(({ name }) => name)
    .sort((a, b) => defines.indexOf(a) - defines.indexOf(b));
}

/** Everything that a switch needs, directly or through others. */
function closure(id: SwitchId, needsOf: (id: SwitchId) => readonly SwitchId[]): Set<SwitchId> {
  const all = new Set<SwitchId>();
  const visit = (next: SwitchId): void => {
    if (all.has(next)) return;
    all.add(next);
    needsOf(next).forEach(visit);
  };
  needsOf(id).forEach(visit);
  return all;
}

describe('the text of the hunks', () => {
  it('is there for 25 switches of 22 hunks', () => {
    expect(withText).toHaveLength(25);
    expect(new Set(withText.map(({ hunk }) => hunk)).size).toBe(22);
  });

  it('defines what the facts say', () => {
    for (const facts of withText) expect([facts.id, definedIn(facts)]).toEqual([facts.id, facts.defines]);
  });

  it('uses what the facts say', () => {
    for (const { id, uses, derived } of withText) {
      const strange = uses.filter((name) => !derived?.uses.includes(name));
      expect([id, strange]).toEqual([id, []]);
    }
  });

  it('uses of the series itself nothing but what the facts say', () => {
    const series = new Set(withText.flatMap(definedIn).map((name) => name.replace(/^.*\./, '')));
    for (const { id, uses, derived } of withText) {
      const left = derived?.uses.filter((name) => series.has(name) && !uses.includes(name));
      expect([id, left]).toEqual([id, []]);
    }
  });

  it('calls in the order in which it stands', () => {
    expect(switchFacts(MOVE).derived?.calls.map(({ name }) => name)).toEqual([
      'trylock_page',
      'PageKsm',
      'unlock_page',
      'PageSwapCache',
      'try_to_free_swap',
      'ClearPageDirty',
      'PageLazyFree',
      'SetPageLazyFree',
      'deactivate_page',
      'unlock_page',
    ]);
  });
});

describe('the needs that follow from the text', () => {
  const fromText = (id: SwitchId) => needs.filter((need) => need.id === id).map(({ from }) => from);
  const fromFacts = (id: SwitchId) => requires(id).map(({ from }) => from);

  it('are those of the facts, but for one that no text of the mail shows', () => {
    const missing = withText.flatMap(({ id }) =>
      fromFacts(id)
        .filter((from) => !fromText(id).includes(from))
        .map((from) => [id, from]),
    );
    // That linux/ksm.h declares PageKsm is known of the kernel, not of the patch.
    expect(missing).toEqual([[MOVE, INCLUDE]]);
  });

  it('add nothing to what the facts say, directly or through others', () => {
    for (const { id } of withText) {
      const known = closure(id, fromFacts);
      expect([id, fromText(id).filter((from) => !known.has(from))]).toEqual([id, []]);
    }
  });

  it('are of three kinds', () => {
    const kinds = (kind: string) =>
      needs.filter((need) => need.kind === kind).map(({ id, from }) => [id, from]);
    const dontneed = 'p3/mm/madvise/madvise_dontneed';
    const caller = 'p3/mm/madvise/madvise_vma';
    expect(kinds('arguments')).toEqual([
      [caller, dontneed],
      [dontneed, caller],
    ]);
    expect(kinds('lines')).toEqual([
      [`${dontneed}.2/vm_file`, `${dontneed}.2/lazy_free`],
      ['fixup/mm/swap_state/free_pages_and_swap_cache', 'p3/mm/swap_state/free_pages_and_swap_cache'],
    ]);
    expect(kinds('symbol').length).toBe(needs.length - 4);
  });

  it('are told from those that only the facts give', () => {
    expect(needBasis('p3/mm/rmap/page_get_anon_vma', 'p3/mm/rmap/is_anon_vma')).toBe('text');
    expect(needBasis(MOVE, INCLUDE)).toBe('facts');
    for (const id of SWITCH_IDS.filter((id) => switchFacts(id).derived === undefined)) {
      for (const from of fromFacts(id)) expect(needBasis(id, from)).toBe('facts');
    }
  });
});

describe('a fragment', () => {
  const derive = (text: string, header = '') => {
    const lines = text.split('\n').map((line): HunkLine => {
      const op = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'context';
      return { op, text: line.slice(1), quoted: true };
    });
    return deriveSymbols(lines, lines.filter(({ op }) => op !== 'context'), header);
  };

  it('of an enum is read with the line that opens it', async () => {
    const { defines } = await derive(' A,\n+B = 3,\n C,\n };', 'enum e {');
    expect(defines).toEqual([{ kind: 'enumerator', name: 'B' }]);
  });

  it('of a struct gives its members with the struct', async () => {
    const { defines } = await derive(' int a;\n+struct t *b;\n };', 'struct s {');
    expect(defines).toEqual([{ kind: 'field', name: 's.b' }]);
  });

  it('that begins and ends in a comment gives no names from it', async () => {
    const { uses } = await derive(' * old words\n+ * new words\n */\n+use(it);\n /* and\n  * more');
    expect(uses).toEqual(['use', 'it']);
  });

  it('of a macro uses what stands in its body, over several lines', async () => {
    const symbols = await derive('-#define M (A)\n+#define M (A | \\\n+\tB)');
    expect([symbols.redefines, symbols.uses]).toEqual([['M'], ['A', 'B']]);
  });

  it('keeps its own variables and parameters to itself', async () => {
    const { uses, defines } = await derive('+int f(int p)\n+{\n+\tint v = g(p);\n+\treturn v;\n+}');
    expect(uses).toEqual(['g']);
    expect(defines.map(({ name }) => name)).toEqual(['f', 'f.p']);
  });
});
