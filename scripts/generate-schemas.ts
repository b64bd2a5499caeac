/** Writes docs/schemas: the form of what each command prints with --json. */
import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { documentSchemas } from './json-schemas';

async function main(): Promise<void> {
  const style = JSON.parse(readFileSync(packagePath('.prettierrc.json'), 'utf8')) as object;
  for (const [name, schema] of documentSchemas()) {
    const text = await format(JSON.stringify(schema), { ...style, parser: 'json' });
    await writeFileAtomically(packagePath('docs', 'schemas', `${name}.json`), text);
  }
}

void main();
