/** The one-line form of an operation, as documented in docs/scenarios.md. */
import type { AddressRange, Argument, Operation, Position } from './ast';

const ADDRESS =
  /^(?:([A-Za-z][A-Za-z0-9_]*):)?([a-z][a-z0-9_]*)(?:\[(\d+)(?:\.\.(\d+))?\])?(?:\.(lo|hi))?$/;
const NUMBER = /^(-?)(\d+|0x[0-9a-f]+)$/;
const OPTION = /^([a-z][a-z0-9_-]*)=(.+)$/;
const RESULT = /^([A-Za-z][A-Za-z0-9_]*)\s*=\s+/;

/** A word of an operation line with the column it starts at, counted from 0. */
interface Token {
  readonly text: string;
  readonly column: number;
}

/** Thrown by {@link parseOperation}; `column` counts from 0 within the line. */
export class OperationSyntaxError extends Error {
  constructor(
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

function tokens(line: string, from: number): Token[] {
  const found: Token[] = [];
  for (const match of line.slice(from).matchAll(/\S+/g)) {
    found.push({ text: match[0], column: from + match.index });
  }
  return found;
}

/** Parses `a`, `a[2]`, `a[1..3]`, `P1:a[0].hi`. @returns undefined if `text` is no address. */
export function parseAddress(text: string): AddressRange | undefined {
  const match = ADDRESS.exec(text);
  if (match === null) return undefined;
  const [, process, area, first, last, part] = match;
  return {
    area: area!,
    ...(process !== undefined && { process }),
    ...(first !== undefined && { first: Number(first), last: Number(last ?? first) }),
    ...(part !== undefined && { part: part as 'lo' | 'hi' }),
  };
}

/** Parses `7`, `-1`, `0x1f`. @returns undefined if `text` is no number */
export function parseNumber(text: string): number | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const size = Number(match[2]);
  return match[1] === '-' && size !== 0 ? -size : size;
}

function parseArgument(token: Token): Argument {
  const number = parseNumber(token.text);
  if (number !== undefined) return { kind: 'number', value: number };
  const address = parseAddress(token.text);
  if (address !== undefined) return { kind: 'address', value: address };
  if (/^[A-Za-z][A-Za-z0-9_+-]*$/.test(token.text)) return { kind: 'word', value: token.text };
  throw new OperationSyntaxError(
    token.column,
    `expected an address (a, a[2], a[0..3], P1:a[0].hi), a number or a word, found '${token.text}'`,
  );
}

/** Parses one operation line. @throws OperationSyntaxError naming column and what was expected. */
export function parseOperation(line: string, position?: Position): Operation {
  const result = RESULT.exec(line);
  const words = tokens(line, result === null ? 0 : result[0].length);
  const [verb, ...rest] = words;
  if (verb === undefined) {
    throw new OperationSyntaxError(line.length, 'expected an operation, found the end of the line');
  }
  const args: Argument[] = [];
  const options: Record<string, string> = {};
  for (const token of rest) {
    const option = OPTION.exec(token.text);
    if (option !== null && Object.hasOwn(options, option[1]!)) {
      throw new OperationSyntaxError(token.column, `${option[1]}= stands here twice`);
    }
    if (option !== null) options[option[1]!] = option[2]!;
    else args.push(parseArgument(token));
  }
  return {
    verb: verb.text,
    args,
    options,
    ...(result !== null && { result: result[1]! }),
    ...(position !== undefined && { position }),
  };
}

/** Prints an address in the form that {@link parseAddress} reads. */
export function printAddress(range: AddressRange): string {
  const process = range.process === undefined ? '' : `${range.process}:`;
  const part = range.part === undefined ? '' : `.${range.part}`;
  if (range.first === undefined) return `${process}${range.area}${part}`;
  const last = range.last === range.first ? '' : `..${range.last}`;
  return `${process}${range.area}[${range.first}${last}]${part}`;
}

/** Prints an operation in the form that {@link parseOperation} reads. */
export function printOperation(operation: Operation): string {
  const args = operation.args.map((arg) =>
    arg.kind === 'address' ? printAddress(arg.value) : String(arg.value),
  );
  const options = Object.entries(operation.options).map(([key, value]) => `${key}=${value}`);
  const result = operation.result === undefined ? [] : [`${operation.result} =`];
  return [...result, operation.verb, ...args, ...options].join(' ');
}
