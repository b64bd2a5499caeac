import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exploreSwitches } from '../../model/diff/explore';
import { switchesRead } from '../../model/features/hunk';
import { NAMED_VARIANTS } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { printScenario } from '../../model/scenario/print';
import { ALPHABETS, BEGINNINGS } from '../../model/search/alphabet';
import { GATE, gateBetween } from '../../model/search/gate';
import { countOfSize, programsOfSize, type Language } from '../../model/search/programs';

const { original, fixed, base } = NAMED_VARIANTS;
const MODEL = join(__dirname, '..', '..', 'model');
const whole: Language = { alphabet: ALPHABETS.all, beginnings: BEGINNINGS, threads: 3 };
const gated: Language = { ...whole, needs: GATE.operation };

describe('the programs of the search', () => {
  it('are as many as there are multisets of threads, each once', () => {
    const alphabet = { process: ['read a', 'write a 2'], kernel: ['drain-all'] };
    const beginnings = BEGINNINGS.filter(({ name }) => name === 'written');
    const language: Language = { alphabet, beginnings, threads: 3 };
    // One thread: 3 sequences of 1, 5 of 2, 9 of 3. Two threads of 1 and 1: 6. Of 2 and 1: 15. Three: 10.
    expect([1, 2, 3].map((size) => countOfSize(size, language).all)).toEqual([3, 11, 34]);
    const shapes = [...programsOfSize(3, language)].map(({ scenario }) =>
      scenario.threads
        .map(({ actor, operations }) => JSON.stringify([actor.process, operations]))
        .sort()
        .join(),
    );
    expect(new Set(shapes).size).toBe(34);
  });

  it('without the operation that a difference needs are counted and left out', () => {
    expect(countOfSize(2, whole)).toEqual({ all: 2787, yielded: 2787 });
    expect(countOfSize(2, gated)).toEqual({ all: 2787, yielded: 470 });
  });

  it('are as many as docs/fixup.md says, for each beginning', () => {
    const page = readFileSync(join(MODEL, '..', 'docs', 'fixup.md'), 'utf8');
    for (const beginning of BEGINNINGS) {
      const language = { ...gated, alphabet: ALPHABETS.core, beginnings: [beginning] };
      const counts = [1, 2].map((size) => countOfSize(size, language));
      const sum = (of: 'all' | 'yielded') => counts.reduce((total, row) => total + row[of], 0);
      const row = `\n| ${beginning.state} | ${sum('all')} | ${sum('yielded')} | `;
      expect(page).toContain(row);
    }
  });

  it('print as scenario files that parse to the same program', () => {
    for (const { scenario } of programsOfSize(1, whole)) {
      const parsed = parseScenario(printScenario(scenario));
      const plain = JSON.stringify(parsed, (key, value: unknown) =>
        key === 'position' ? undefined : value,
      );
      expect(JSON.parse(plain)).toEqual(JSON.parse(JSON.stringify(scenario)));
    }
  });
});

describe('the gate of the fixup', () => {
  const files = readdirSync(MODEL, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(mm|include|fs|kernel|arch)\b.*\.ts$/.test(name))
    .map((name) => readFileSync(join(MODEL, name), 'utf8'));
  const uses = (what: RegExp): number =>
    files.reduce((sum, text) => sum + [...text.matchAll(what)].length, 0);

  it('stands between original and fixed, and not where anything else differs', () => {
    expect(gateBetween(original, fixed)).toBe(GATE);
    expect(gateBetween(NAMED_VARIANTS.patch3, NAMED_VARIANTS['patch3-fixed'])).toBe(GATE);
    expect(gateBetween(base, fixed)).toBeUndefined();
  });

  it('is read in one place, for a pointer that only MADV_FREE can have marked', () => {
    expect(uses(/hunk\('fixup\/mm\/swap_state\/free_pages_and_swap_cache'\)/g)).toBe(1);
    // Its definition and one caller each.
    expect(uses(/\bMarkLazyFree\(/g)).toBe(2);
    expect(uses(/\btlb_madvfree_page\(/g)).toBe(2);
    expect(uses(/\bzapDetails\(\{ lazy_free: 1 \}\)/g)).toBe(1);
    const words = Object.values(ALPHABETS).flatMap(({ process, kernel }) => [
      ...process,
      ...kernel,
    ]);
    expect(words.filter((word) => /truncate|invalidate/.test(word))).toEqual([]);
  });

  it('is not passed by a program of one operation without it, nor by any set-up', () => {
    for (const { scenario } of programsOfSize(1, whole)) {
      if (scenario.title.includes(GATE.operation)) continue;
      exploreSwitches(scenario, (id) => original.has(id));
      expect([scenario.title, switchesRead().filter((id) => GATE.switches.includes(id))]).toEqual([
        scenario.title,
        [],
      ]);
    }
  });
});
