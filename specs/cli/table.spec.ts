import fc from 'fast-check';
import { formatTable, type Column } from '../../scripts/cli/table';
import { textWidth, wrapText } from '../../scripts/cli/text';

const columns: readonly Column[] = [
  { title: 'hunk' },
  { title: 'lines', align: 'right' },
  { title: 'what it is for', wrap: true },
];

describe('table', () => {
  it('aligns columns under their titles and leaves no blanks at line ends', () => {
    const rows = [
      ['p3/mm/rmap/try_to_unmap_one', '12', 'drops the pte'],
      ['p3/mm/memory', '3', ''],
    ];
    expect(formatTable(columns, rows)).toBe(
      [
        'hunk                         lines  what it is for',
        '---------------------------  -----  --------------',
        'p3/mm/rmap/try_to_unmap_one     12  drops the pte',
        'p3/mm/memory                     3',
      ].join('\n'),
    );
  });

  it('wraps the columns that may be wrapped, at blanks, and none of the others', () => {
    const text = formatTable(columns, [['p3/mm/rmap', '1', 'keeps the page out of reclaim']], 34);
    expect(text.split('\n').slice(2)).toEqual([
      'p3/mm/rmap      1  keeps the page',
      '                   out of reclaim',
    ]);
  });

  it('a control character takes the room of what it is spelled as, in a cell and in prose', () => {
    const title = 'the \u001b[31mred page\u001b[0m is freed';
    const spelled = 'the \\u{1b}[31mred page\\u{1b}[0m is freed';
    expect(wrapText(title, 20).split('\n')).toEqual([
      'the \\u{1b}[31mred',
      'page\\u{1b}[0m is',
      'freed',
    ]);
    const [, rule, row] = formatTable([{ title: 'a' }, { title: 'b' }], [[title, 'x']]).split('\n');
    expect([rule, row]).toEqual([`${'-'.repeat(spelled.length)}  -`, `${spelled}  x`]);
  });

  it('wraps the last column when no column asks for it', () => {
    const plain = [{ title: 'a' }, { title: 'b' }];
    expect(formatTable(plain, [['x', 'one two three four five six']], 18)).toBe(
      ['a  b', '-  ---------------', 'x  one two three', '   four five six'].join('\n'),
    );
  });

  it('a wide character takes two columns', () => {
    const lines = formatTable(
      [{ title: 'a' }, { title: 'b' }],
      [
        ['\u4e2d\u6587', 'x'],
        ['abcd', 'y'],
      ],
    ).split('\n');
    expect(lines.slice(2)).toEqual(['\u4e2d\u6587  x', 'abcd  y']);
  });

  it('fits every width that leaves the wrapped columns room, and loses no character', () => {
    const word = fc.stringMatching(/^[a-z]{1,30}$/);
    const row = fc.tuple(
      word,
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
    );
    const table = [{ title: 'id' }, { title: 'text', wrap: true }];
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1 }),
        fc.integer({ min: 46, max: 120 }),
        (rows, width) => {
          const lines = formatTable(table, rows, width).split('\n');
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
          const letters = (text: string) => [...text.replace(/[^a-z]/g, '')].sort().join('');
          expect(letters(lines.slice(2).join(''))).toBe(letters(rows.flat().join('')));
        },
      ),
    );
  });
});

describe('wrapText', () => {
  it('keeps paragraphs and breaks a word that is longer than the line', () => {
    expect(wrapText('one two three\nfour\n\nabcdefghijkl', 8)).toBe(
      'one two\nthree\nfour\n\nabcdefgh\nijkl',
    );
  });
});
