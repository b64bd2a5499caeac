/** The result of `lzfree attribute`: the hunks that an outcome is owed to. */
import type { Attribution } from '../attribution/attribute';
import type { Completeness } from '../diff/completeness';
import type { SharedExplorations } from '../diff/shared-explorations';
import { counted } from '../explorer/counted';

export interface AttributeDocument {
  readonly schema: 'lzfree/attribute';
  readonly version: 1;
  readonly scenario: string;
  readonly title: string;
  /** Most switches in a set, not counting what goes with them. */
  readonly largest: number;
  /** Complete if no set's verdict is open. */
  readonly completeness: Completeness;
  readonly conditions: readonly Attribution[];
  /** Variants that could not act differently were explored once. */
  readonly work: { readonly explorations: number; readonly executions: number };
}

export interface AttributeFacts {
  readonly name: string;
  readonly title: string;
  readonly largest: number;
  /** Most executions of each exploration. */
  readonly executions: number;
  readonly interrupted: boolean;
}

export function attributeDocument(
  { name, title, largest, executions, interrupted }: AttributeFacts,
  conditions: readonly Attribution[],
  explorations: SharedExplorations,
): AttributeDocument {
  const isOpen = ({ onFixed, onBase, removals, additions }: Attribution): boolean =>
    [onFixed, onBase].includes('unknown') || removals.open + (additions?.open ?? 0) > 0;
  const bounded: Completeness = conditions.some(isOpen)
    ? { kind: 'bounded', bound: counted(executions, 'execution') }
    : { kind: 'complete' };
  return {
    schema: 'lzfree/attribute',
    version: 1,
    scenario: name,
    title,
    largest,
    completeness: interrupted ? { kind: 'interrupted' } : bounded,
    conditions,
    work: { explorations: explorations.explored, executions: explorations.executions },
  };
}
