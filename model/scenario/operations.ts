/** All operations of the scenario language, and their checks. */
import type { Steps } from '../machine/op';
import type { Argument, Operation } from './ast';
import { wordOf } from './layout';
import { nearest } from './nearest';
import { OperationSyntaxError, printAddress } from './operation-syntax';
import { accessOperations } from './operations/access';
import { addressSpaceOperations } from './operations/address-space';
import { auditOperations } from './operations/audit';
import { deviceOperations } from './operations/device';
import { kernelOperations } from './operations/kernel';
import { memoryEventOperations } from './operations/memory-events';
import type { ArgumentSpec, OperationSpec } from './operations/operation';
import { procOperations } from './operations/proc';
import { reclaimOperations } from './operations/reclaim';
import { synchronisationOperations } from './operations/synchronisation';
import { valueFault, type Values } from './operations/values';
import { levelOfResult } from './levels';
import type { Result, ResultValue } from './outcome';
import { fault, type Context, type Place } from './world';

export { SignalDelivered } from './operations/operation';

/** The language's operations in the order of the manual. */
export const OPERATIONS: readonly OperationSpec[] = [
  ...addressSpaceOperations,
  ...accessOperations,
  ...deviceOperations,
  ...reclaimOperations,
  ...memoryEventOperations,
  ...kernelOperations,
  ...synchronisationOperations,
  ...procOperations,
  ...auditOperations,
];

const byVerb = new Map(OPERATIONS.map((spec) => [spec.verb, spec]));

/** The operation behind a verb, or undefined. */
export const operationSpec = (verb: string): OperationSpec | undefined => byVerb.get(verb);

/** Checks verb, arguments and options. @throws OperationSyntaxError with what was expected. */
export function checkOperation(operation: Operation): void {
  const spec = byVerb.get(operation.verb);
  if (spec === undefined) {
    throw new OperationSyntaxError(
      0,
      `no operation '${operation.verb}'${nearest(operation.verb, [...byVerb.keys()])}`,
    );
  }
  const { args, options } = operation;
  const required = spec.args.filter((each) => typeof each === 'string' || !each.optional).length;
  const wrong = args.some((argument, i) => !fits(argument, spec.args[i]));
  const lacks = spec.required?.some((key) => options[key] === undefined) ?? false;
  if (args.length < required || wrong || lacks) {
    throw new OperationSyntaxError(0, `expected ${spec.usage}`);
  }
  args.forEach((_, index) => {
    const each = spec.args[index]!;
    if (typeof each !== 'string') {
      requireValue(operation.verb, wordOf(operation, index), each.called, each.values);
    }
  });
  for (const [key, text] of Object.entries(options)) checkOption(spec, key, text);
  const { result } = operation;
  if (result !== undefined && (spec.isSilent?.(operation) ?? spec.level === undefined)) {
    throw new OperationSyntaxError(0, `${spec.usage} has no result to keep as '${result}'`);
  }
}

function checkOption({ verb, options = {} }: OperationSpec, key: string, text: string): void {
  if (!Object.hasOwn(options, key)) {
    const known = Object.keys(options);
    throw new OperationSyntaxError(0, `${verb} has no option '${key}'${nearest(key, known)}`);
  }
  requireValue(verb, text, `${key}=`, options[key]!);
}

function requireValue(verb: string, text: string, called: string, values: Values): void {
  const wrong = valueFault(text, called, values);
  if (wrong !== undefined) throw new OperationSyntaxError(0, `${verb}: ${wrong}`);
}

/**
 * The steps of an operation, which end with its value, if it has one; see {@link resultOf}. They throw
 * SignalDelivered where the operation kills its process.
 */
export function stepsOf(context: Context): Steps<ResultValue | undefined> {
  return byVerb.get(context.operation.verb)!.run(context);
}

/** @throws ScenarioError if the operation is one of a process, and its actor is not in one */
export function requireProcess(place: Place): void {
  const { by } = byVerb.get(place.operation.verb)!;
  if (by !== 'process' || place.process !== undefined) return;
  throw fault(place, 'runs in a process; name the actor P0, P0/T1 or the like');
}

/** The result of an operation that ended with a value. */
export function resultOf({ operation, process }: Context, value: ResultValue): Result {
  const { verb, level } = byVerb.get(operation.verb)!;
  if (level === undefined) throw new Error(`resultOf: ${verb} has a result without a level`);
  return { value, level: levelOfResult(level, process) };
}

/** Whether an argument has the form of one; its value is another matter. */
function fits(argument: Argument, spec: ArgumentSpec | undefined): boolean {
  if (spec === 'address') return argument.kind === 'address';
  const isPlain =
    argument.kind === 'address' && printAddress(argument.value) === argument.value.area;
  if (spec === 'name' || spec === undefined) return spec === 'name' && isPlain;
  const { words, form } = spec.values;
  const takesWords = words !== undefined || form !== undefined;
  return takesWords ? isPlain || argument.kind !== 'address' : argument.kind === 'number';
}
