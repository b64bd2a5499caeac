/** Reads a command's document back from its JSON. */
import { UsageError, type Io } from '../cli/command';
import { readInput } from '../cli/input';
import { classesAnswer } from '../views/classes-text';
import { diffAnswer } from '../views/diff-text';
import { huntAnswer } from '../views/hunt-text';
import { matrixAnswer } from '../views/matrix-text';
import { reviewAnswer } from '../views/review-answer';
import { runAnswer } from '../views/run-text';
import { searchAnswer } from '../views/search-text';
import type { ReportDocument } from './documents';

/** The commands that print such a document, for messages and help. */
export const COMMANDS = 'review, diff, run, hunt, matrix or classes';

type Schema = ReportDocument['schema'];

/** The version of each document, which is the one that a page can show. */
const VERSIONS: {
  readonly [S in Schema]: Extract<ReportDocument, { readonly schema: S }>['version'];
} = {
  'lzfree/review': 8,
  'lzfree/diff': 4,
  'lzfree/diff-search': 5,
  'lzfree/run': 3,
  'lzfree/hunt': 5,
  'lzfree/matrix': 2,
  'lzfree/classes': 2,
};

/** The document in a file, and what it answers. @throws UsageError if it is none that a page can show */
export async function readDocument(
  file: string,
  io: Pick<Io, 'stdin' | 'signal'>,
): Promise<{ readonly answer: string; readonly document: ReportDocument }> {
  const name = file === '-' ? 'standard input' : `'${file}'`;
  const value = parse(new TextDecoder().decode(await readInput(file, io)), name);
  const { schema, version } = value;
  const known = Object.entries(VERSIONS).find(([each]) => each === schema);
  if (known === undefined || known[1] !== version) {
    const what =
      typeof schema === 'string' ? `${schema} version ${String(version)}` : 'no document';
    throw new UsageError(
      `${name} is ${what}; give what ${COMMANDS} of this lzfree prints with --json`,
    );
  }
  const document = value as unknown as ReportDocument;
  return { answer: ifWhole(name, () => answerOf(document)), document };
}

/** A document that somebody has cut is told from a fault of this program by its first reading. */
function ifWhole<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(
      `${name} is not whole: something that every such document has is missing; ` +
        'give the file as lzfree wrote it',
    );
  }
}

function parse(text: string, name: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `${name} is not JSON: ${(error as Error).message}; give what ${COMMANDS} prints with --json`,
    );
  }
}

/** What a document answers, in one sentence. */
export function answerOf(document: ReportDocument): string {
  switch (document.schema) {
    case 'lzfree/review':
      return reviewAnswer(document);
    case 'lzfree/diff':
      return diffAnswer(document);
    case 'lzfree/diff-search':
      return searchAnswer(document);
    case 'lzfree/run':
      return runAnswer(document);
    case 'lzfree/hunt':
      return huntAnswer(document);
    case 'lzfree/matrix':
      return matrixAnswer(document);
    case 'lzfree/classes':
      return classesAnswer(document);
  }
}
