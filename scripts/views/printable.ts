import { spellOut } from '../cli/harmless';

/** A line of somebody's file as a terminal may show it: tabs are blanks, control characters spelled out. */
export const printable = (line: string): string => spellOut(line.replaceAll('\t', '        '));
