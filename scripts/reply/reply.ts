/** Builds the answer to a mail: which remarks are true of it, and where in it they belong. */
import { weaker } from '../../model/diff/completeness';
import { doubtsOf } from '../../model/patch/doubts';
import { importPatch, variantToRun } from '../../model/patch/import-patch';
import type { Mail } from '../../model/patch/mail';
import type { PatchInput } from '../../model/patch/types';
import type { Variant } from '../../model/features/variant';
import { variantName } from '../../model/features/variant-name';
import { loadSuite } from '../suite';
import { placeHunk } from './place';
import { READ_REMARKS, REMARKS, type ReadRemark } from './remarks';
import { replyHeader, replyParts, type PlacedRemark, type ReplyDocument } from './reply-document';
import { showRemark, type ShowOptions, type ShownRemark } from './shown';

export interface ReplyRequest extends ShowOptions {
  readonly input: PatchInput;
  readonly mails: readonly Mail[];
  /** Ordinal of the message to answer, from 0; the first that a remark concerns if undefined. */
  readonly message: number | undefined;
  readonly ignoreUnknown: boolean;
  /** Where the mail was read, for what is said of it. */
  readonly file: string;
  readonly onScenario: (done: number, total: number, name: string) => void;
}

/** @throws PatchError, ImportError if the mail makes no variant that can be run */
export function buildReply(request: ReplyRequest): ReplyDocument {
  const { input, mails, ignoreUnknown, file } = request;
  const imported = importPatch(input);
  const variant = variantToRun(imported, { ignoreUnknown, file });
  const { shown, notShown } = showAll({ name: variantName(variant), variant }, request);
  const asked = [...shown, ...READ_REMARKS.filter((each) => stands(each, variant, input))];
  const placed = asked.map((remark) => {
    const hunk = imported.report.hunks.find(({ ids }) => ids.includes(remark.hunk));
    return { remark, hunk: hunk && placeHunk(hunk, input, mails) };
  });
  const found = placed.filter((each): each is PlacedRemark => each.hunk !== undefined);
  const message = request.message ?? Math.min(...found.map(mailOf), mails.length - 1);
  const here = found.filter((each) => mailOf(each) === message);
  const { from, date } = mails[message];
  return {
    schema: 'lzfree/reply',
    version: 2,
    variant: variantName(variant),
    header: replyHeader(mails[message]),
    from: from ?? null,
    date: date ?? null,
    parts: replyParts(here),
    completeness: here
      .flatMap(({ remark }) => ('completeness' in remark ? [remark.completeness] : []))
      .reduce(weaker, { kind: 'complete' }),
    elsewhere: asked
      .filter((remark) => here.every((each) => each.remark !== remark))
      .map((remark) => ('scenario' in remark ? remark.scenario : remark.finding)),
    notShown,
    doubts: doubtsOf(imported.report),
  };
}

const mailOf = ({ hunk }: PlacedRemark): number => hunk.mail;

/** Whether what was read holds of the mail: it has the hunk, and changes no file that would mend it. */
const stands = (
  { hunk, mendedIn }: ReadRemark,
  variant: Variant,
  { patches }: PatchInput,
): boolean =>
  variant.hasHunk(hunk) &&
  patches.every(({ files }) => files.every(({ newPath }) => !mendedIn.includes(newPath)));

function showAll(
  variant: Parameters<typeof showRemark>[2],
  request: ReplyRequest,
): { shown: ShownRemark[]; notShown: string[] } {
  const suite = loadSuite();
  const shown: ShownRemark[] = [];
  const notShown: string[] = [];
  for (const [index, remark] of REMARKS.entries()) {
    request.onScenario(index, REMARKS.length, remark.scenario);
    const source = suite.find(({ scenario }) => scenario.name === remark.scenario)!;
    const found = showRemark(remark, source, variant, request);
    if (found === undefined) notShown.push(remark.scenario);
    else shown.push(found);
  }
  return { shown, notShown };
}
