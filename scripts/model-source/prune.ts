/** Removes imports, declarations, variables and parameters that nothing in their file uses any more. */
import { ts } from 'ts-morph';
import { applyEdits, removal, type Edit } from './edits';
import { remember } from './memo';
import { scanModule, unusedOf, type ScannedModule } from './scan-module';
import { unusedLocalEdits, withoutElement } from './unused-locals';

/**
 * Removes from a source what its compiler would call unused, until nothing more is found. What is exported
 * stays: the kernel has it, whether or not a patch uses it.
 *
 * @throws Error if an unused variable's value has an effect
 */
export const prune = remember((path, text): string => {
  let pruned = text;
  for (;;) {
    const edits = editsOf(scanModule(path, pruned));
    if (edits.length === 0) return pruned;
    pruned = applyEdits(pruned, edits);
  }
});

function editsOf(scan: ScannedModule): Edit[] {
  const declarations = unusedOf(scan.locals, scan).map((node) => ({
    start: node.getFullStart(),
    end: node.getEnd(),
    text: '',
  }));
  if (declarations.length > 0) return declarations;
  return [...importEdits(scan), ...unusedLocalEdits(scan.source)];
}

/** One name a statement and pass; a statement that has lost its last name goes whole. */
function importEdits(scan: ScannedModule): Edit[] {
  const unused = new Set(unusedOf(scan.imports, scan));
  return scan.source.statements.flatMap((statement): Edit[] => {
    if (!ts.isImportDeclaration(statement)) return [];
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined) return [];
    const whole = removal(scan.source.text, statement.getStart(), statement.getEnd());
    if (ts.isNamespaceImport(bindings)) return unused.has(bindings) ? [whole] : [];
    const { elements } = bindings;
    if (elements.every((element) => unused.has(element))) return [whole];
    const first = elements.findIndex((element) => unused.has(element));
    return first === -1 ? [] : [withoutElement(elements, first)];
  });
}
