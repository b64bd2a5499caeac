/**
 * A decision tree to read: questions of which one answer settles the matter stand below each other, as `if`
 * and `else if` would; only where both go on is there a branch of its own.
 */
import type { DecisionTree } from '../../../model/classes/decision-tree';
import type { SwitchId } from '../../../model/features/hunk-id';
import type { ClassLeaf } from '../../../model/report/scenario-classes';

type Tree = DecisionTree<ClassLeaf>;
type Question = Extract<Tree, { readonly ask: SwitchId }>;

const isQuestion = (tree: Tree): tree is Question => 'ask' in tree;

/** One line: what must be so, beside what the lines above it leave, and what follows then. */
interface Line {
  readonly ask: SwitchId | null;
  readonly on: boolean;
  readonly then: Tree;
}

/** The lines of a tree up to where it branches. */
function linesOf(tree: Tree): Line[] {
  if (!isQuestion(tree)) return [{ ask: null, on: true, then: tree }];
  const { ask, off, on } = tree;
  if (!isQuestion(off)) return [{ ask, on: false, then: off }, ...linesOf(on)];
  if (!isQuestion(on)) return [{ ask, on: true, then: on }, ...linesOf(off)];
  return [
    { ask, on: false, then: off },
    { ask, on: true, then: on },
  ];
}

/** Whether a tree asks for a hunk whose name has the text in it. */
export function asksFor(tree: Tree, text: string): boolean {
  if (!isQuestion(tree)) return false;
  return tree.ask.includes(text) || asksFor(tree.off, text) || asksFor(tree.on, text);
}

export interface DecisionListProps {
  readonly tree: Tree;
  /** Hunks with this in their names are marked, and what leads to them is open; empty for none. */
  readonly text: string;
  readonly leaf: (leaf: ClassLeaf) => preact.ComponentChildren;
}

export function DecisionList({ tree, text, leaf }: DecisionListProps) {
  return (
    <ul class="decisions">
      {linesOf(tree).map(({ ask, on, then }, index) => {
        const condition = <Condition {...{ ask, on, index, text }} />;
        if (!isQuestion(then)) {
          return (
            <li key={index}>
              {condition} {leaf(then)}
            </li>
          );
        }
        return (
          <li key={index}>
            <details open={text === '' || asksFor(then, text)}>
              <summary>{condition}</summary>
              <DecisionList tree={then} text={text} leaf={leaf} />
            </details>
          </li>
        );
      })}
    </ul>
  );
}

interface ConditionProps extends Omit<Line, 'then'> {
  readonly index: number;
  readonly text: string;
}

function Condition({ ask, on, index, text }: ConditionProps) {
  if (ask === null) return <b>{index === 0 ? 'always' : 'else'}</b>;
  const found = text !== '' && ask.includes(text);
  return (
    <>
      {index > 0 && 'else '}
      <b>{on ? '+ with' : '− without'}</b> <code>{found ? <mark>{ask}</mark> : ask}</code>
    </>
  );
}
