/**
 * What the modelled kernel does wrong, as data. A fault is an outcome of a run, never a failure of
 * the model: a broken model throws an ordinary Error instead.
 */
export type FaultKind =
  /** BUG() or BUG_ON(): the task dies, what it locked stays locked. */
  | 'BUG'
  /** VM_BUG_ON(), only with CONFIG_DEBUG_VM. */
  | 'VM_BUG'
  /**
   * A dereference of something that is no pointer to a live object of that type. NULL and poison trap; a
   * pointer that is off by a tag may not, and then more goes wrong than the model shows.
   */
  | 'oops'
  /** bad_page(): the page is taken out of circulation, the task goes on. */
  | 'bad page'
  /** A printed complaint (WARN_ON, "swap_free: Unused swap offset entry", ...); the task goes on. */
  | 'warning';

export interface Fault {
  readonly kind: FaultKind;
  /** Kernel file and function, as in `mm/rmap.c try_to_unmap_one`; empty where only the access is known. */
  readonly where: string;
  /** The kernel's own condition or message. */
  readonly what: string;
}

/** A fault on one line, as `oops: mm/rmap.c page_referenced_one: NULL pointer dereference`. */
export const describeFault = ({ kind, where, what }: Fault): string =>
  [kind, where, what].filter(Boolean).join(': ');

/** Ends the task that meets it; the machine records {@link fault} and lets the other tasks go on. */
export class KernelFault extends Error {
  constructor(readonly fault: Fault) {
    super(describeFault(fault));
  }
}
