/** The result of a check of how model and patch are tied. */
export interface Check {
  readonly name: string;
  /** What holds if the check passes, as a sentence. */
  readonly title: string;
  readonly passed: boolean;
  /** What is wrong and where, one line each. */
  readonly faults: readonly string[];
}

/** A check that passes exactly if nothing is wrong. */
export function check(name: string, title: string, faults: readonly string[]): Check {
  return { name, title, passed: faults.length === 0, faults };
}
