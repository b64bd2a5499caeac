/**
 * The scenario pin-during-the-call, by other routes to the page. Those of mm/memory.c follow_page_mask can
 * meet the BUG, as process_vm_writev(2) and a debugger do; arch/x86/mm/gup.c dirties no page.
 */
import { readFileSync } from 'node:fs';
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS, VARIANT_NAMES } from '../../model/features/variant';
import { parseScenario } from '../../model/scenario/parse';
import { packagePath } from '../../scripts/cli/package-root';

const text = readFileSync(packagePath('specs', 'scenarios', 'pin-during-the-call.yaml'), 'utf8');
const PIN = 'P0/T1: pinned = pin a as=h';

const ROUTES = [
  { route: 'P1: pinned = vm-write P0:a 3', meets: true },
  { route: 'P1: pinned = poke P0:a 3', meets: true },
  { route: 'P0/T1: pinned = pin a as=h fast=yes', meets: false },
];

const cases = ROUTES.flatMap((each) => VARIANT_NAMES.map((variant) => ({ ...each, variant })));

it.each(cases)('$route beside the call on $variant', ({ route, meets, variant }) => {
  expect(text).toContain(PIN);
  const scenario = parseScenario(text.replace(PIN, route));
  const { outcomes, completeness } = explore(scenario, NAMED_VARIANTS[variant]);
  const faults = outcomes.flatMap(({ outcome }) => outcome.system.faults);
  expect(completeness).toEqual({ kind: 'complete' });
  expect(faults.some((fault) => fault.includes('!PageSwapCache(page)'))).toBe(
    meets && variant !== 'base',
  );
  expect(faults.every((fault) => fault.includes('!PageSwapCache(page)'))).toBe(true);
});
