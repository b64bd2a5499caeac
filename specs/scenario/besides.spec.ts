import type { Fault } from '../../model/machine/fault';
import { Besides } from '../../model/scenario/besides';

describe('what is done beside the memory', () => {
  const [one, two, three] = [1, 2, 3].map(() => () => undefined);
  const fault = { kind: 'BUG', where: 'f', what: 'x' } as unknown as Fault;
  const besides = new Besides();
  const asked: string[] = [];
  const numberOf = (effects: (() => undefined)[], text: string, faults: Fault[] = []): number =>
    besides.numberOf({ faults, effects }, () => {
      asked.push(text);
      return text;
    });

  it('has one number in all orders that come to the same, and each is asked once', () => {
    const number = numberOf([one!, two!], 'both');
    expect(numberOf([two!, one!], 'both')).toBe(number);
    expect(numberOf([one!, two!], 'never asked')).toBe(number);
    expect(asked).toEqual(['both', 'both']);
    expect(besides.deedsOf(number)).toEqual({ faults: [], effects: [one, two] });
  });

  it('has another one where it comes to something else', () => {
    const numbers = [
      numberOf([], 'nothing'),
      numberOf([one!], 'one'),
      numberOf([three!], 'three'),
      numberOf([], 'a fault', [fault]),
      numberOf([one!], 'one after a fault', [fault]),
    ];
    expect(new Set(numbers).size).toBe(5);
  });
});
