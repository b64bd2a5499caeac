/**
 * Singly linked lists of KSM's objects, in the place of its trees and lists. `next` is the offset of
 * an object's link. Everything here runs inside an atomic section.
 */
import type { Ptr } from '../../machine/struct';
import { peek, poke } from '../../state/kernel';

/** The word that points to `node`; for 0 the one that ends the list. 0 if `node` is not on it. */
function linkTo(head: Ptr, node: Ptr, next: number): Ptr {
  let link = head;
  for (let at = peek(link); at !== node; at = peek(link)) {
    if (at === 0) return 0;
    link = at + next;
  }
  return link;
}

/**
 * Puts `node` in front of `successor`, or at the end for 0.
 *
 * @throws Error if the successor is not on the list: a broken model.
 */
export function linkBefore(head: Ptr, node: Ptr, successor: Ptr, next: number): void {
  const link = linkTo(head, successor, next);
  if (link === 0) throw new Error('linkBefore: the successor is not on the list');
  poke(node + next, successor);
  poke(link, node);
}

/** Takes `node` off the list. @returns false if it was not on it. */
export function unlinkFrom(head: Ptr, node: Ptr, next: number): boolean {
  const link = linkTo(head, node, next);
  if (link === 0) return false;
  poke(link, peek(node + next));
  poke(node + next, 0);
  return true;
}
