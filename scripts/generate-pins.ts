/** Writes specs/pins.json (what pins each hunk) and specs/places.json (where it is modelled). */
import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { writeFileAtomically } from './cli/atomic-write';
import { packagePath } from './cli/package-root';
import { pinTable } from './pin-table';
import { placeTable } from './place-table';
import { loadSuite } from './suite';

async function write(name: string, table: object): Promise<void> {
  const style = JSON.parse(readFileSync(packagePath('.prettierrc.json'), 'utf8')) as object;
  const text = await format(JSON.stringify(table), { ...style, parser: 'json' });
  await writeFileAtomically(packagePath('specs', name), text);
}

async function main(): Promise<void> {
  await write('places.json', placeTable());
  await write('pins.json', pinTable(loadSuite().map(({ scenario }) => scenario)));
}

void main();
