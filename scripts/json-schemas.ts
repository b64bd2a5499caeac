/** JSON Schemas of what the commands print, made from the types. */
import { createGenerator, type Schema } from 'ts-json-schema-generator';
import { packagePath } from './cli/package-root';
import { DOCUMENT_TYPES } from './json-documents';

/** The schema of each document, by the part of its name behind the slash. */
export function documentSchemas(): Map<string, Schema> {
  const generator = createGenerator({
    path: packagePath('scripts', '**', '*.ts'),
    tsconfig: packagePath('tsconfig.json'),
    expose: 'all',
    functions: 'hide',
    // `npm run types` does.
    skipTypeCheck: true,
  });
  return new Map(
    Object.entries(DOCUMENT_TYPES).map(([name, type]) => [
      name,
      { title: `lzfree/${name}`, ...generator.createSchema(type) },
    ]),
  );
}
