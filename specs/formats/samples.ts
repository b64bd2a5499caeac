/** Documents to be shown in every format: real ones, and one whose every name is hostile. */
import { VariantSpace } from '../../model/classes/variant-space';
import { compare } from '../../model/diff/compare';
import { explore } from '../../model/diff/explore';
import { NAMED_VARIANTS } from '../../model/features/variant';
import {
  baselineDocument,
  baselineScenario,
  baselineSubject,
} from '../../model/report/baseline-document';
import { NO_DOUBTS } from '../../model/patch/doubts';
import { checkDocument, checkedScenario } from '../../model/report/check-document';
import { causeOf } from '../../model/hunt/cause';
import { comparedScenario, diffDocument } from '../../model/report/diff-document';
import { runDocument, scenarioRun } from '../../model/report/run-document';
import { scenarioClasses } from '../../model/report/scenario-classes';
import { parseScenario } from '../../model/scenario/parse';
import type { CheckReport } from '../../scripts/formats/check-report';
import { emptyState } from '../../scripts/hunt';
import { huntDocument } from '../../scripts/hunt-document';
import { loadSuite } from '../../scripts/suite';

const suite = loadSuite();

/** A scenario of the suite with its place. */
export const source = (name: string) => suite.find(({ scenario }) => scenario.name === name)!;

const named = (name: 'original' | 'fixed') => ({ name, variant: NAMED_VARIANTS[name] });

/** Holds on `fixed`, but for an expectation that fails and, as a bound can be given, one that is open. */
const MIXED = `scenario: mixed
title: one of each
source: none
setup:
  - P0: mmap a private-anon
  - P0: write a 1
threads:
  P0/T0: madvise a FREE
  P0/T1: x = read a
expect:
  - always: x == 1
  - never: x == 1
  - sometimes: x == 7
`;

/** A run in which something holds, something fails, and with a bound of 1 something is open. */
export function mixedRun(executions?: number) {
  const scenario = parseScenario(MIXED, 'specs/mixed.yaml');
  const of = { scenario, file: 'specs/mixed.yaml', reference: 'specs/mixed.yaml' };
  const options = executions === undefined ? {} : { executions };
  const good = source('madvise-kinds');
  return runDocument('fixed', [
    scenarioRun(of, named('fixed'), explore(scenario, NAMED_VARIANTS.fixed, options)),
    scenarioRun(good, named('fixed'), explore(good.scenario, NAMED_VARIANTS.fixed)),
  ]);
}

/** The fixup's one difference, and a scenario without any. */
export function fixupDiff(executions?: number) {
  const [a, b] = [named('original'), named('fixed')];
  const options = executions === undefined ? {} : { executions };
  const compared = ['fixup-swap-slot', 'madvise-kinds'].map((name) => {
    const comparison = compare(source(name).scenario, a.variant, b.variant, options);
    return comparedScenario(source(name), a, b, comparison);
  });
  return diffDocument('original', 'fixed', compared);
}

/** What the fixup changes, as `check` tells it of a baseline of the series as posted. */
export function fixupCheck(executions?: number) {
  const [before, now] = (['original', 'fixed'] as const).map((name) =>
    baselineSubject({ ...named(name), patch: null, uncompared: null, ...NO_DOUBTS }),
  );
  const options = executions === undefined ? {} : { executions };
  const { original, fixed } = NAMED_VARIANTS;
  const variants = { space: new VariantSpace(), before: original, now: fixed };
  const checked = ['fixup-swap-slot', 'madvise-kinds'].map((name) => {
    const { scenario } = source(name);
    const stored = explore(scenario, original, options);
    const explored = explore(scenario, fixed, options);
    const classes = scenarioClasses(source(name), 'user', variants.space, options);
    const kept = baselineScenario(source(name), stored, classes);
    return checkedScenario(source(name), kept, explored, variants);
  });
  const identity = { lzfree: '0', model: '', suite: '' };
  const baseline = baselineDocument(identity, before!, [], () => '');
  return checkDocument(baseline, now!, checked);
}

const LOST_WRITE = 'bystander: a write by a store is lost';

/** A hunt through one program, which breaks a promise. */
export function lostWriteHunt() {
  const { original } = NAMED_VARIANTS;
  const cause = causeOf('page shared-swap-cached; P0 free', LOST_WRITE, original, {
    executions: 1000,
  });
  const about = {
    variant: 'original',
    seed: 1,
    executions: 1000,
    sequential: false,
    withoutDebugVm: false,
  };
  const row = { size: 1, programs: 1, done: 1, partly: 0, executions: 1, unjudged: 0 };
  const state = { ...emptyState(), sizes: [row], causes: [cause!], interrupted: false };
  return huntDocument(about, state, original, null);
}

const HOSTILE = [
  '# SKIP a directive',
  'two\nok 2 lines',
  '::error::injected % 100%25, a:b\r\n',
  `quotes " ' \` and ]]> </testsuites> &amp; <b>`,
  '| cell | ``` fence',
  'bell \u0007 escape \u001b[31m nul \u0000 half \ud800 last \uffff',
  'unicode \u202e\u4f60\u597d \u{1f600}',
  `long ${'x'.repeat(3000)}`,
  '',
];

/** Every name, title and reason is one that some format gives a meaning to; every one stands twice. */
export const hostile: CheckReport = {
  command: 'run',
  answer: HOSTILE.join(' '),
  interrupted: true,
  suites: [...HOSTILE, ...HOSTILE].map((text, index) => ({
    name: text,
    title: text,
    file: text,
    checks: HOSTILE.flatMap((name) => [name, name]).map((name, at) => ({
      rule: 'expectation' as const,
      name,
      result: (['holds', 'fails', 'open'] as const)[(at + index) % 3],
      severity: 'high' as const,
      reason: text,
      details: HOSTILE,
    })),
  })),
};
