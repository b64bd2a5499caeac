/** Holds what a command prints with --json to its schema in docs/schemas. */
import { existsSync, readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import { packagePath } from '../../scripts/cli/package-root';

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const known = new Map<string, ValidateFunction>();

/** What is wrong with a document, a line each; nothing where it is as its schema says. */
export function schemaFaults(document: { readonly schema: string }): string[] {
  const name = document.schema.replace(/^lzfree\//, '');
  const file = packagePath('docs', 'schemas', `${name}.json`);
  if (!existsSync(file)) return [`docs/schemas has no ${name}.json; run npm run schemas`];
  const validate = known.get(name) ?? ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  known.set(name, validate);
  if (validate(document)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
