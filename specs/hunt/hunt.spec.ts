/** Hunts that are small enough to be exact about. */
import { NAMED_VARIANTS, type VariantName } from '../../model/features/variant';
import { causeOf } from '../../model/hunt/cause';
import { look } from '../../model/hunt/look';
import { toScenario } from '../../model/hunt/to-scenario';
import { draw } from '../../model/hunt/random';
import { parseProgram } from '../../model/hunt/text';
import { parseSchedule } from '../../model/explorer/schedule';
import { breachesOf } from '../../model/promises/judge';
import { JudgedScenario } from '../../model/promises/promise';
import { ScenarioProgram } from '../../model/scenario/program';
import { recordTrace } from '../../model/scenario/trace';
import { emptyState, hunt, type HuntRequest } from '../../scripts/hunt';

const BOUNDS = { executions: 1000 };

describe('a cause', () => {
  const cause = causeOf(
    'page shared-swap-cached; P0 read; P0 free',
    'bystander: a write by a store is lost',
    NAMED_VARIANTS.original,
    BOUNDS,
  )!;

  it('is told with its minimal program, and who has it', () => {
    const { program, size, how, base, variants } = cause;
    expect({ program, size, how, base, variants }).toEqual({
      program: 'page shared-swap-cached; P0 free',
      size: 1,
      how: 'complete',
      base: false,
      variants: ['original', 'fixed', 'patch3', 'patch3-fixed'],
    });
  });

  it('goes away without any of some hunks, that leave the call working', () => {
    expect(cause.removals).toEqual([
      ['p3/mm/madvise/madvise_dontneed.2'],
      ['p3/mm/memory/zap_pte_range'],
      ['p3/mm/memory/unmap_page_range'],
      ['p3/mm/rmap/page_lock_anon_vma_read'],
    ]);
  });

  it('is seen again when its schedule is replayed', () => {
    const program = new ScenarioProgram(cause.scenario, (id) => NAMED_VARIANTS.original.has(id));
    const { outcome } = recordTrace(program, parseSchedule(cause.schedule));
    const seen = breachesOf(new JudgedScenario(cause.scenario), outcome);
    expect(seen.map(({ promise }) => promise)).toEqual(['bystander']);
  });

  it('is none where the program does not break the promise', () => {
    const { original } = NAMED_VARIANTS;
    expect(causeOf('page written; P0 free', 'bystander: none', original, BOUNDS)).toBeUndefined();
  });
});

describe('races', () => {
  const race = parseProgram('page inactive; P0 free || kernel reclaim');
  it('are run by every interleaving of the threads, and judged once for each state', () => {
    const seen = look(toScenario(race), NAMED_VARIANTS.original, BOUNDS);
    expect([seen.how, seen.executions, seen.sightings]).toEqual(['complete', 108, []]);
  });

  it('are told to be bounded where they are', () => {
    const few = { executions: 5, states: 10 };
    expect(look(toScenario(race), NAMED_VARIANTS.original, few).how).toBe('bounded');
  });
});

describe('random programs', () => {
  it('are drawn by seed, and shrunk where they fail', () => {
    const options = { seed: 1, programs: 12, schedules: 1, withoutDebugVm: false };
    const first = draw(NAMED_VARIANTS.original, options, () => false);
    expect(first.done).toBeGreaterThanOrEqual(12);
    expect(first.sightings.length).toBeGreaterThan(0);
    for (const { program } of first.sightings) expect(() => parseProgram(program)).not.toThrow();
  });
});

describe('the hunt', () => {
  const request = (variant: VariantName, more: Partial<HuntRequest> = {}): HuntRequest => ({
    variant: NAMED_VARIANTS[variant],
    untilSize: 1,
    sequential: false,
    withoutDebugVm: false,
    random: 0,
    seed: 1,
    executions: 100,
    workers: 0,
    signal: new AbortController().signal,
    ...more,
  });

  it('finds no promise broken on base', async () => {
    const done = { size: 1, programs: 371, done: 335, partly: 0, executions: 335, unjudged: 0 };
    const resume = { ...emptyState(), sizes: [done] };
    expect(await hunt(request('base', { resume }))).toEqual({
      ...resume,
      sizes: [{ ...done, done: 371, executions: 371 }],
      interrupted: false,
    });
  });

  it('counts what it has done when it is stopped, and goes on behind it', async () => {
    const stop = new AbortController();
    const stopped = await hunt(
      request('original', { signal: stop.signal, onProgress: async () => stop.abort() }),
    );
    expect([stopped.interrupted, stopped.sizes[0]!.done]).toEqual([true, 16]);
    // As if it had been stopped later: the one cause lies behind.
    const resume = { ...stopped, sizes: [{ ...stopped.sizes[0]!, done: 200 }] };
    const { sizes, causes } = await hunt(request('original', { resume }));
    expect(sizes[0]).toMatchObject({ done: 371, executions: 16 + 174 });
    expect(causes.map(({ program }) => program)).toEqual(['page shared-swap-cached; P0 free']);
  });

  it('draws as many programs as were asked for, the same for every number of workers', async () => {
    const drawn = { untilSize: 0, random: 41, executions: 20, seed: 1 };
    const stop = new AbortController();
    const stopped = { ...drawn, signal: stop.signal, onProgress: async () => stop.abort() };
    const resume = await hunt(request('patch3', stopped));
    expect(resume).toMatchObject({ interrupted: true, random: { done: 40, roundEnd: 40 } });
    const whole = await hunt(request('patch3', { ...drawn, resume }));
    expect(whole.random).toMatchObject({ done: 41, roundEnd: 80 });
    expect(whole.causes).toHaveLength(1);
    expect(await hunt(request('patch3', { ...drawn, workers: 2 }))).toEqual(whole);
  });
});
