/** Digits in groups of three. */
export const grouped = (number: number | string): string =>
  String(number).replace(/\B(?=(\d{3})+$)/g, ',');
