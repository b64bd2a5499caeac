/** Prime implicants: the shortest lists of literals that put a variant into a set. */
import type { Diagram, Diagrams, Literal } from './diagram';

export type Implicant = readonly Literal[];

/** Every list of literals that implies the set, and none of whose literals can be left out. */
export function primeImplicants(diagrams: Diagrams, set: Diagram): Implicant[] {
  const known = new Map<Diagram, Implicant[]>();
  const go = (at: Diagram): Implicant[] => {
    if (at === diagrams.none) return [];
    if (at === diagrams.all) return [[]];
    let primes = known.get(at);
    if (primes === undefined) {
      const either = diagrams.times(at.off, at.on);
      const needs = (on: boolean) => (rest: Implicant) => [{ level: at.level, on }, ...rest];
      const notEither = (term: Implicant) => !implies(diagrams, term, either);
      primes = [
        ...go(either),
        ...go(at.off).filter(notEither).map(needs(false)),
        ...go(at.on).filter(notEither).map(needs(true)),
      ];
      known.set(at, primes);
    }
    return primes;
  };
  return go(set);
}

function implies(diagrams: Diagrams, term: Implicant, set: Diagram): boolean {
  return diagrams.minus(diagrams.cube(term), set) === diagrams.none;
}
