import type { SwitchId } from '../../../model/features/hunk-id';
import type { Variant } from '../../../model/features/variant';

/** The switches of the live model's variant, wherever on the page they are shown. */
export interface SwitchBoard {
  readonly variant: Variant;
  /** False until the page's script runs: then nothing can be flipped yet. */
  readonly alive: boolean;
  flip(id: SwitchId, on: boolean): void;
}

/** One hunk, or a part of one, as a switch. */
export function SwitchBox({ id, board }: { readonly id: SwitchId; readonly board: SwitchBoard }) {
  return (
    <label class="check switch-box">
      <input
        type="checkbox"
        checked={board.variant.has(id)}
        disabled={!board.alive}
        onChange={(e) => board.flip(id, e.currentTarget.checked)}
      />
      <code>{id}</code>
    </label>
  );
}
