/** Digits in groups of three. */
export const grouped = (number: number | string): string =>
  String(number).replace(/\B(?=(\d{3})+$)/g, ',');

/** The same with what is counted, in the plural unless it is one. */
export const groupedCount = (number: number | string, what: string, plural = `${what}s`): string =>
  `${grouped(number)} ${String(number) === '1' ? what : plural}`;
