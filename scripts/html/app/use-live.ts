/** The state of the live model: what is asked, and what the worker answered. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import {
  dependents,
  describeMissing,
  validate,
  type Missing,
} from '../../../model/features/requires';
import type { SwitchId } from '../../../model/features/hunk-id';
import { NAMED_VARIANTS, type Variant } from '../../../model/features/variant';
import { parseVariant, variantName } from '../../../model/features/variant-name';
import type { LiveResult } from '../live/compute';
import type { LiveError, LiveMessage } from '../live/worker';
import { didYouMean } from '../../cli/nearest';
import type { PageData, ScenarioText } from '../page-data';
import { firstShown } from './first-shown';
import { linkTo, readFragment, type LivePlace, type LivePoint } from './fragment';
import { brought, chosen, edited, ownName, type Work } from './own-texts';
import type { SwitchBoard } from './switch-box';

/** Most executions of a scenario in the page; more make the answer bounded, and it says so. */
const EXECUTIONS = 20_000;
/** Waits until the typing pauses. */
const PAUSE_MS = 250;

export interface Live {
  /** Of the scenario, or of the reader's text. */
  readonly name: string;
  readonly text: string;
  /** Names of the reader's texts. */
  readonly ownTexts: readonly string[];
  readonly a: string;
  readonly b: string;
  readonly board: SwitchBoard;
  /** What the address names and there is not; then nothing is computed. */
  readonly unknown: readonly string[];
  /** Why the variant would not compile; then nothing is computed. */
  readonly missing: readonly { readonly need: Missing; readonly text: string }[];
  readonly answer: LiveAnswer;
  choose(scenario: string): void;
  edit(text: string): void;
  holdAgainst(variant: string): void;
  setVariant(variant: Variant): void;
  show(schedule: string | null): void;
}

/** What the worker is asked, and what a view of its answer has to know. */
export interface Request extends Pick<Asked, 'a' | 'b' | 'schedule'> {
  readonly name: string;
  readonly text: string;
  /** What a link to it says of the scenario. */
  readonly at: LivePlace;
}

/** A result with what was asked for it, which may no longer be what is asked now. */
export interface Answered {
  readonly request: Request;
  readonly result: LiveResult;
}

/** What is known for the present request. */
export type LiveAnswer =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly executions: number; readonly before: Answered | null }
  | { readonly kind: 'result'; readonly answered: Answered }
  | { readonly kind: 'error'; readonly error: LiveError };

interface Asked extends Work {
  readonly a: string;
  readonly b: string;
  readonly schedule: string | null;
  readonly unknown: readonly string[];
}

export function useLive({ document: report, scenarios }: PageData): Live {
  const [alive, setAlive] = useState(false);
  const [asked, setAsked] = useState<Asked>(() => firstAsked(report, scenarios));
  const change = (part: Partial<Asked>): void => {
    const next = { ...asked, schedule: null, unknown: [], ...part };
    setAsked(next);
    history.replaceState(null, '', linkTo(toPoint(next)));
  };
  useEffect(() => {
    const follow = (): void => {
      const point = readFragment(location.hash);
      if (point === undefined) return;
      setAsked((before) => merge(before, point, scenarios));
      window.document.getElementById('live')?.scrollIntoView();
    };
    setAlive(true);
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const scenario = scenarios.find(({ name }) => name === asked.scenario) ?? scenarios[0]!;
  const own = asked.own === null ? undefined : asked.texts[asked.own];
  const text = own?.text ?? scenario.text;
  const name = asked.own === null ? scenario.name : ownName(asked.own);
  const variant = useMemo(() => parseVariant(asked.b), [asked.b]);
  const missing = validate(variant).map((need) => ({ need, text: describeMissing(need) }));
  const { a, b, schedule, unknown } = asked;
  const request = { name, text, at: placeOf(asked), a, b, schedule };
  const isRun = alive && missing.length === 0 && unknown.length === 0;
  const answer = useWorker(isRun ? request : null);
  const setVariant = (next: Variant): void => change({ b: variantName(next) });
  const flip = (id: SwitchId, on: boolean): void =>
    setVariant(on ? variant.plus([id]) : variant.minus([id]));
  return {
    name,
    text,
    ownTexts: asked.texts.map((_, index) => ownName(index)),
    a,
    b,
    board: { variant, alive, flip },
    unknown,
    missing,
    answer,
    choose: (next) => change(chosen(asked, next)),
    edit: (next) => change(edited(asked, scenario, next)),
    holdAgainst: (next) => change({ a: next }),
    setVariant,
    show: (next) => change({ schedule: next }),
  };
}

/** The variant without a switch that lacks something, and without all that needs it in turn. */
export const takeOut = (variant: Variant, id: SwitchId): Variant => variant.minus(dependents([id]));

function firstAsked(report: PageData['document'], scenarios: readonly ScenarioText[]): Asked {
  const { a, b, scenario } = firstShown(report);
  const known = scenarios.find(({ name }) => name === scenario) ?? scenarios[0]!;
  return { scenario: known.name, texts: [], own: null, a, b, schedule: null, unknown: [] };
}

const placeOf = ({ scenario, texts, own }: Work): LivePlace =>
  own === null ? { scenario } : { scenario, text: texts[own]!.text };

function toPoint(asked: Asked): LivePoint {
  const { a, b, schedule } = asked;
  return { ...placeOf(asked), a, b, schedule: schedule ?? undefined };
}

/** Goes where a link leads. A name that does not exist changes nothing, and is kept to be told. */
function merge(
  before: Asked,
  { scenario: name = before.scenario, text, a, b, schedule }: Partial<LivePoint>,
  scenarios: readonly ScenarioText[],
): Asked {
  const unknown: string[] = [];
  const find = (wanted: string) => scenarios.find((each) => each.name === wanted);
  const known = find(name);
  // A text of its own needs no scenario of the page.
  if (known === undefined && text === undefined) unknown.push(noScenario(name, scenarios));
  const variant = (wanted: string | undefined, otherwise: string): string => {
    try {
      return wanted === undefined ? otherwise : variantName(parseVariant(wanted));
    } catch (error) {
      unknown.push((error as Error).message);
      return otherwise;
    }
  };
  return {
    ...brought(before, known ?? find(before.scenario)!, text),
    a: variant(a, before.a),
    b: variant(b, before.b),
    schedule: schedule ?? null,
    unknown,
  };
}

function noScenario(name: string, scenarios: readonly ScenarioText[]): string {
  const names = scenarios.map((each) => each.name);
  return `this page has no scenario '${name.slice(0, 80)}'${didYouMean(name, names)}`;
}

/** Asks a worker of its own; a newer request ends the older one. */
function useWorker(request: Request | null): LiveAnswer {
  const [known, setKnown] = useState<{ key: string | null; answer: LiveAnswer }>({
    key: null,
    answer: { kind: 'idle' },
  });
  const key = request === null ? null : JSON.stringify(request);
  useEffect(() => {
    if (request === null) return setKnown({ key, answer: { kind: 'idle' } });
    const set = (next: (before: LiveAnswer) => LiveAnswer): void =>
      setKnown(({ answer }) => ({ key, answer: next(answer) }));
    set(running);
    let worker: Worker | undefined;
    const timer = setTimeout(() => {
      worker = startWorker();
      worker.onmessage = ({ data }: MessageEvent<LiveMessage>) =>
        set((before) => toAnswer(data, request, before));
      worker.onerror = ({ message }) =>
        set(() => ({ kind: 'error', error: { message, line: null, column: null } }));
      worker.postMessage({ ...request, executions: EXECUTIONS });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      worker?.terminate();
    };
  }, [key]);
  // A new request is drawn once before the effect runs: the old answer is not its answer.
  return known.key === key ? known.answer : running(known.answer);
}

const running = (before: LiveAnswer): LiveAnswer => ({
  kind: 'running',
  executions: 0,
  before:
    before.kind === 'result' ? before.answered : before.kind === 'running' ? before.before : null,
});

function toAnswer(message: LiveMessage, request: Request, before: LiveAnswer): LiveAnswer {
  switch (message.kind) {
    case 'progress':
      return {
        kind: 'running',
        executions: message.executions,
        before: before.kind === 'running' ? before.before : null,
      };
    case 'result':
      return { kind: 'result', answered: { request, result: message.result } };
    case 'error':
      return { kind: 'error', error: message.error };
  }
}

/** The page's own script is the worker's too: a page from disk can load no second file. */
function startWorker(): Worker {
  const script = window.document.getElementById('script')!.textContent!;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(url);
  URL.revokeObjectURL(url);
  return worker;
}

export const VARIANTS = Object.keys(NAMED_VARIANTS) as readonly (keyof typeof NAMED_VARIANTS)[];
