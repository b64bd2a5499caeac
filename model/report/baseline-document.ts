/** What a variant does on the suite, to be kept and compared with later: the result of `lzfree baseline`. */
import type { StoredDiagram } from '../classes/diagram';
import type { Completeness } from '../diff/completeness';
import type { Exploration } from '../diff/explore';
import type { Variant } from '../features/variant';
import type { SwitchId } from '../features/hunk-id';
import type { Doubts } from '../patch/doubts';
import type { Level } from '../scenario/outcome';
import { reportOutcome, type ReportedOutcome, type ScenarioSource } from './reported-outcome';
import type { ClassesPart } from './scenario-classes';

/** What the results rest on; only those of equal identity can be compared. */
export interface Identity {
  readonly lzfree: string;
  /** SHA-256 digests of the model's sources and of the scenarios. */
  readonly model: string;
  readonly suite: string;
}

export interface BaselineScenario {
  readonly name: string;
  readonly title: string;
  readonly completeness: Completeness;
  readonly outcomes: readonly ReportedOutcome[];
  /** Which valid variants do the same as which others; null where a bound leaves it open. */
  readonly classes: StoredClasses | null;
}

/** The behaviour classes of a scenario: what {@link ClassesPart} has, as far as a later check asks for it. */
export interface StoredClasses {
  readonly read: readonly SwitchId[];
  /** A number for each class, by level. */
  readonly numbers: Readonly<Record<Level, StoredDiagram>>;
}

/** What was given: a patch file, with what recognising it left open, or a variant by its name. */
export interface BaselineSubject extends Doubts {
  readonly variant: string;
  readonly switches: readonly SwitchId[];
  /** SHA-256 digest of what the patch file holds, hunk by hunk. */
  readonly patch: string | null;
  /** The same of what the hunks add and remove whose text lzfree compares with none. */
  readonly uncompared: string | null;
}

export interface BaselineDocument {
  readonly schema: 'lzfree/baseline';
  readonly version: 6;
  readonly identity: Identity;
  readonly subject: BaselineSubject;
  readonly scenarios: readonly BaselineScenario[];
  /** SHA-256 digest of all of the above as JSON without blanks. */
  readonly digest: string;
}

/** A variant that results are kept of. */
export interface Subject extends Doubts {
  readonly name: string;
  readonly variant: Variant;
  readonly patch: string | null;
  readonly uncompared: string | null;
}

export const baselineSubject = (subject: Subject): BaselineSubject => ({
  variant: subject.name,
  switches: subject.variant.switches(),
  patch: subject.patch,
  uncompared: subject.uncompared,
  unknown: subject.unknown,
  bySignature: subject.bySignature,
  otherBase: subject.otherBase,
});

/** What is kept of an exploration. */
export function baselineScenario(
  { scenario }: ScenarioSource,
  { completeness, outcomes }: Exploration,
  classes: ClassesPart,
): BaselineScenario {
  const { name, title } = scenario;
  return {
    name,
    title,
    completeness,
    outcomes: outcomes.map(reportOutcome),
    classes: storedClasses(classes),
  };
}

function storedClasses({ scenario, read, numbers }: ClassesPart): StoredClasses | null {
  if (scenario.completeness.kind !== 'complete') return null;
  const { user, system, internal } = numbers;
  return { read, numbers: { user, system, internal } };
}

/** The whole document. @param digest of a text, as hexadecimal digits */
export function baselineDocument(
  identity: Identity,
  subject: BaselineSubject,
  scenarios: readonly BaselineScenario[],
  digest: (text: string) => string,
): BaselineDocument {
  const body = { schema: 'lzfree/baseline', version: 6, identity, subject, scenarios } as const;
  return { ...body, digest: digest(JSON.stringify(body)) };
}
