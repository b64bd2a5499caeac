/** A scenario's text: what is wrong in it is said with line, column and what was expected. */
import { parseScenario } from '../../model/scenario/parse';
import { parseOperation, printOperation } from '../../model/scenario/operation-syntax';

const HEAD = 'scenario: x\ntitle: t\nsource: s\n';

describe('scenario language > text', () => {
  it.each([
    ['madvise a FREE', 'madvise a FREE'],
    ['r1 =  read P1:a[0..3].hi', 'r1 = read P1:a[0..3].hi'],
    ['madvise a 5 start=1 len=-4096', 'madvise a 5 start=1 len=-4096'],
  ])('an operation survives printing: %s', (text, printed) => {
    expect(printOperation(parseOperation(text))).toBe(printed);
    expect(parseOperation(printed)).toEqual(parseOperation(text));
  });

  it.each([
    [`${HEAD}setup:\n  - P0: wirte a 1\n`, "4:9: no operation 'wirte'; did you mean 'write'?"],
    [`${HEAD}setup:\n  - P0: write a\n`, 'expected write ADDRESS NUMBER'],
    [`${HEAD}setup:\n  - P0: read a[\n`, 'expected an address'],
    [`${HEAD}setup:\n  - P-0: read a\n`, 'expected an actor'],
    [`${HEAD}options:\n  cups: 2\n`, "no option 'cups'; did you mean 'cpus'?"],
    [`${HEAD}options:\n  cpus: many\n`, 'option cpus: expected a whole number from 1 to 65536'],
    [`${HEAD}options:\n  cpus: 0\n`, 'option cpus: expected a whole number from 1 to 65536'],
    [`${HEAD}options:\n  frames: 1.5\n`, 'option frames: expected a whole number from 2 to 65536'],
    [`${HEAD}options:\n  swapSlots: -1\n`, 'expected a whole number from 0 to 65536'],
    [`${HEAD}options:\n  slabAlign: 6\n`, 'option slabAlign: expected 4 or 8'],
    [`${HEAD}options:\n  CONFIG_KSM: 1\n`, 'option CONFIG_KSM: expected a boolean'],
    [`${HEAD}expect:\n  - never: foult\n`, "nothing is called 'foult'; did you mean 'fault'?"],
    [`${HEAD}expect:\n  - rarely: fault\n`, "unknown key 'rarely'"],
    [`${HEAD}thread:\n  P0: read a\n`, "unknown key 'thread'; did you mean 'threads'?"],
    [`${HEAD}threads:\n  kworker: vmstat pswpin\n`, 'belongs in setup or after'],
    [`${HEAD}threads:\n  ksmd: drain\n  ksmd@2: drain\n`, "another thread is called 'ksmd', too"],
    [`${HEAD}options:\n  constructor: 1\n`, "no option 'constructor'"],
    ['scenario: [', 'not YAML'],
    [`${HEAD}---\n${HEAD}`, 'a second document begins here; give each scenario a file of its own'],
    [`${HEAD}setup:\n  - P0: [write a[0] 1, read a]\n`, 'quote an operation that has [ ] in it'],
    ['- 1', 'expected a mapping'],
    ['title: t\n', "expected 'scenario: some text'"],
  ])('what is wrong is named in one line: %j', (text, message) => {
    const parse = (): unknown => parseScenario(text, 'f.yaml');
    expect(parse).toThrow(message.replace(/^4:/, '5:'));
    expect(parse).toThrow(/^f\.yaml:\d+:\d+: [^\n]+$/);
  });
});
