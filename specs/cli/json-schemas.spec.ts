/** docs/schemas against the types, and against what cheap commands print; runCli holds all others to them. */
import { readdirSync, readFileSync } from 'node:fs';
import { packagePath } from '../../scripts/cli/package-root';
import { documentSchemas } from '../../scripts/json-schemas';
import { schemaFaults } from './json-schema';
import { runCli } from './run-cli';

const folder = packagePath('docs', 'schemas');

describe('the schemas of what commands print with --json', () => {
  it('are those of the types: npm run schemas has been run', () => {
    const schemas = documentSchemas();
    const files = readdirSync(folder).sort();
    expect(files).toEqual([...schemas.keys()].map((name) => `${name}.json`).sort());
    for (const [name, schema] of schemas) {
      const text = readFileSync(packagePath('docs', 'schemas', `${name}.json`), 'utf8');
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(schema)));
    }
  });

  it.each([
    [['run', 'madvise-kinds', '--json']],
    [['diff', 'base', 'fixed', 'zero-page-is-simply-zapped', '--json']],
    [['replay', 'half-written-page', 's1:', '--lenient', '--json']],
    [['patches', '--json']],
    [['import', 'patches/rfc-3of6-reply.txt', '--json']],
    [['hunks', '--json']],
    [['materialize', 'original', 'fixed', '--diff', '--json']],
    [['completion', 'bash', '--json']],
    [['help', '--json']],
    [['help', '--man', '--json']],
  ])('hold for the output of %j, and for none that has more in it', async (words) => {
    const { stdout } = await runCli(words);
    const document = JSON.parse(stdout) as { readonly schema: string };
    const longer = { ...document, more: 1 };
    expect(schemaFaults(document)).toEqual([]);
    expect(schemaFaults(longer)).not.toEqual([]);
  });
});
