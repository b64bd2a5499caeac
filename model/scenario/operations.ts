/** All operations of the scenario language, and their checks. */
import type { Steps } from '../machine/op';
import { ScenarioError, type Argument, type Operation } from './ast';
import { nearest } from './nearest';
import { OperationSyntaxError } from './operation-syntax';
import { accessOperations } from './operations/access';
import { addressSpaceOperations } from './operations/address-space';
import { auditOperations } from './operations/audit';
import { deviceOperations } from './operations/device';
import { kernelOperations } from './operations/kernel';
import { memoryEventOperations } from './operations/memory-events';
import type { ArgumentKind, OperationSpec } from './operations/operation';
import { procOperations } from './operations/proc';
import { reclaimOperations } from './operations/reclaim';
import { synchronisationOperations } from './operations/synchronisation';
import { levelOfResult } from './levels';
import type { Result, ResultValue } from './outcome';
import type { Context } from './world';

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
  const required = spec.args.filter((kind) => !kind.endsWith('?')).length;
  const { length } = operation.args;
  const wrong = operation.args.some((argument, i) => !fits(argument, spec.args[i]));
  if (length < required || length > spec.args.length || wrong) {
    throw new OperationSyntaxError(0, `expected ${spec.usage}`);
  }
  for (const key of Object.keys(operation.options)) {
    if (!(spec.options ?? []).includes(key)) {
      throw new OperationSyntaxError(
        0,
        `${operation.verb} has no option '${key}'${nearest(key, spec.options ?? ['none'])}`,
      );
    }
  }
}

/**
 * The steps of an operation, which end with its value, if it has one; see {@link resultOf}. They throw
 * SignalDelivered where the operation kills its process.
 *
 * @throws ScenarioError if the operation is one of a process, and its actor is not in one
 */
export function stepsOf(context: Context): Steps<ResultValue | undefined> {
  const spec = byVerb.get(context.operation.verb)!;
  if (spec.by === 'process' && context.process === undefined) {
    throw new ScenarioError(
      context.layout.file,
      context.operation.position,
      `${spec.verb}: runs in a process; name the actor P0, P0/T1 or the like`,
    );
  }
  return spec.run(context);
}

/** The result of an operation that ended with a value. */
export function resultOf({ operation, process }: Context, value: ResultValue): Result {
  const { verb, level } = byVerb.get(operation.verb)!;
  if (level === undefined) throw new Error(`resultOf: ${verb} has a result without a level`);
  return { value, level: levelOfResult(level, process) };
}

function fits(argument: Argument, kind: ArgumentKind | undefined): boolean {
  switch (kind?.replace('?', '')) {
    case 'address':
      return argument.kind === 'address';
    case 'number':
      return argument.kind === 'number';
    case 'word':
      return argument.kind !== 'number' || kind === 'word';
    case 'name':
      return argument.kind === 'address' && argument.value.first === undefined;
    default:
      return false;
  }
}
