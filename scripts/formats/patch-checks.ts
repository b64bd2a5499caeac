import type { Doubts } from '../../model/patch/doubts';
import { bySignatureSentence, unknownSentence } from '../views/doubts-text';
import type { Check, CheckSuite, RuleId } from './check-report';

/** That a variant stands for all of a patch; what it may not stand for is open. */
export function patchSuite(name: string, { unknown, bySignature }: Doubts): CheckSuite {
  return {
    name,
    title: 'What the patch holds',
    checks: [
      check('unknown-hunk', 'every hunk is known', unknown, unknownSentence),
      check(
        'uncompared-hunk',
        'no hunk is recognised by signature only',
        bySignature,
        bySignatureSentence,
      ),
    ],
  };
}

function check<T>(
  rule: RuleId,
  name: string,
  doubted: readonly T[],
  sentence: (doubted: readonly T[]) => string,
): Check {
  const base = { rule, name, severity: 'high', details: [] } as const;
  if (doubted.length === 0) return { ...base, result: 'holds', reason: '' };
  return { ...base, result: 'open', reason: sentence(doubted) };
}
