/** How the benchmark's tables show numbers. */
import type { Column } from '../cli/table';

export const right = (title: string): Column => ({ title, align: 'right' });

/** With a blank between thousands. */
export const whole = (value: number): string =>
  Math.round(value).toLocaleString('en').replaceAll(',', ' ');

/** Three digits, or as many as there are before the point. */
export function milliseconds(seconds: number): string {
  const value = seconds * 1000;
  return value >= 100 ? whole(value) : value.toPrecision(3);
}
