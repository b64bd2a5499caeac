/** The example of the explorer's README does what it says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cellProgram, read, write } from '../../model/explorer/cells';
import { explore } from '../../model/explorer/explore';

it('the example in the README of the explorer gives the number next to it', () => {
  const text = readFileSync(join(__dirname, '../../model/explorer/README.md'), 'utf8');
  const example = /```ts\n([^]*?)```/.exec(text)![1];
  const body = example.replaceAll(/^import .*\n/gm, '');
  const run = new Function('cellProgram', 'read', 'write', 'explore', body);
  const expected = Number(/\/\/ (\d+)$/m.exec(example)![1]);
  expect(run(cellProgram, read, write, explore)).toBe(expected);
});
