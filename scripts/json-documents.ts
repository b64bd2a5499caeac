/** What commands print with --json, where it has no type of its own; {@link DOCUMENT_TYPES} names all. */
import type { SwitchId } from '../model/features/hunk-id';
import type { ImportedPatch } from '../model/patch/import-patch';
import type { ImportedVariant } from '../model/patch/imported-variant';
import type { PatchReport } from '../model/patch/patch-report';
import type { Trace } from '../model/scenario/trace';
import type { Shell } from './cli/completion';
import type { Term } from './cli/terms';
import type { ReportedSwitch } from './hunk-report';
import type { FileDifference } from './model-source/source-diff';
import type { CheckEntry } from './reply/b4-check';
import type { Trace as HunkTrace } from './trace/trace';

export interface HunksDocument {
  readonly schema: 'lzfree/hunks';
  readonly version: 1;
  readonly switches: readonly ReportedSwitch[];
}

export interface TraceDocument extends HunkTrace {
  readonly schema: 'lzfree/trace';
  readonly version: 1;
}

export interface PatchesDocument extends PatchReport {
  readonly schema: 'lzfree/patches';
  readonly version: 3;
}

export interface ImportDocument extends PatchReport {
  readonly schema: 'lzfree/import';
  readonly version: 3;
  /** Whether all of it is known and would compile. */
  readonly known: boolean;
  /** C would not compile it, or that cannot be told, and it is used all the same. */
  readonly whatIf: boolean;
  readonly variant: string;
  readonly switches: readonly SwitchId[];
  readonly given: ImportedVariant['given'];
  readonly rest: ImportedVariant['rest'];
  readonly restRule: ImportedVariant['restRule'];
  readonly dropped: ImportedVariant['dropped'];
  readonly unmet: ImportedPatch['unmet'];
  readonly untold: ImportedPatch['untold'];
}

export interface MaterializeDocument {
  readonly schema: 'lzfree/materialize';
  readonly version: 1;
  readonly variant: string;
  readonly switches: readonly SwitchId[];
  readonly directory: string;
  /** Files that were written, from the directory. */
  readonly files: readonly string[];
}

export interface MaterializeDiffDocument {
  readonly schema: 'lzfree/materialize-diff';
  readonly version: 1;
  readonly a: string;
  readonly b: string;
  /** Lines in all files. */
  readonly added: number;
  readonly removed: number;
  readonly files: readonly FileDifference[];
}

export type ReplayDocument = ReplayedDocument | MisfitDocument;

interface ReplayBase {
  readonly schema: 'lzfree/replay';
  readonly version: 4;
  readonly variant: string;
}

/** The schedule fits, or with --lenient was taken as far as it does. */
interface ReplayedDocument extends ReplayBase, Trace {
  readonly misfit: Misfit | null;
}

/** The schedule does not fit. */
interface MisfitDocument extends ReplayBase {
  readonly misfit: Misfit;
}

interface Misfit {
  /** The first step that cannot be taken, from 0; their number where the schedule ends too early. */
  readonly step: number;
  readonly reason: string;
}

export interface B4CheckDocument {
  readonly schema: 'lzfree/b4-check';
  readonly version: 1;
  /** What b4 reads. */
  readonly results: readonly CheckEntry[];
}

export interface ServeDocument {
  readonly schema: 'lzfree/serve';
  readonly version: 1;
  readonly url: string;
}

export interface CompletionDocument {
  readonly schema: 'lzfree/completion';
  readonly version: 1;
  readonly shell: Shell;
  readonly script: string;
}

export interface HelpDocument {
  readonly schema: 'lzfree/help';
  readonly version: 1;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly terms: readonly Term[];
}

export interface ManualDocument {
  readonly schema: 'lzfree/manual';
  readonly version: 1;
  /** In the language of man(7). */
  readonly page: string;
}

/** The type of each document, by the part of its schema's name behind the slash. */
export const DOCUMENT_TYPES = {
  attribute: 'AttributeDocument',
  'b4-check': 'B4CheckDocument',
  baseline: 'BaselineDocument',
  bisectable: 'BisectDocument',
  check: 'CheckDocument',
  classes: 'ClassesDocument',
  completion: 'CompletionDocument',
  diff: 'DiffDocument',
  'diff-search': 'SearchDocument',
  help: 'HelpDocument',
  hunks: 'HunksDocument',
  hunt: 'HuntDocument',
  import: 'ImportDocument',
  manual: 'ManualDocument',
  materialize: 'MaterializeDocument',
  'materialize-diff': 'MaterializeDiffDocument',
  matrix: 'MatrixDocument',
  patches: 'PatchesDocument',
  replay: 'ReplayDocument',
  reply: 'ReplyDocument',
  review: 'ReviewDocument',
  run: 'RunDocument',
  serve: 'ServeDocument',
  trace: 'TraceDocument',
} as const;
