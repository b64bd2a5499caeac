import type { Verdict } from '../../../model/diff/outcome-diff';
import { SIGNS } from './words';

/** A verdict as a cell of a heat map: sign, word and shade. */
export function VerdictCell({ verdict }: { readonly verdict: Verdict }) {
  return (
    <td class={`verdict ${verdict}`}>
      <span aria-hidden="true">{SIGNS[verdict]}</span> {verdict}
    </td>
  );
}
