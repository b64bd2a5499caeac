/** Loads and stores, by the process itself or by another one through the kernel. */
import { userRead, userWrite } from '../../hardware/user-access';
import { access_process_vm, process_vm_writev } from '../../mm/memory';
import type { Steps } from '../../machine/op';
import type { ResultValue } from '../outcome';
import { numberArgument, numberOption, target, type Context } from '../world';
import { NUMBER, SignalDelivered, type OperationSpec } from './operation';
import { WORD } from './values';

/** Reads every page of the range; the value is the common content, or the parts' contents. */
function* read(context: Context): Steps<ResultValue> {
  const { start, end, parts } = target(context);
  const seen: number[] = [];
  for (let address = start; address < end; address++) {
    for (const part of parts) {
      const { value, signal } = yield* userRead(context.cpu, address, part);
      if (signal !== undefined) throw new SignalDelivered(signal);
      seen.push(value);
    }
  }
  return summary(seen);
}

/** `7` if all are 7, else `7 0 0 7`: what was read, in order. */
function summary(values: number[]): ResultValue {
  const [first] = values as [number];
  return values.every((value) => value === first) ? first : values.join(' ');
}

function* write(context: Context): Steps<undefined> {
  const { start, end, parts } = target(context);
  const first = numberArgument(context, 1);
  const step = numberOption(context, 'step', 0);
  for (let address = start; address < end; address++) {
    const value = first + (address - start) * step;
    for (const part of parts) {
      const { signal } = yield* userWrite(context.cpu, address, part, value);
      if (signal !== undefined) throw new SignalDelivered(signal);
    }
  }
  return undefined;
}

function* poke(context: Context): Steps<ResultValue> {
  const { mm, start, end, parts } = target(context);
  const value = numberArgument(context, 1);
  for (let address = start; address < end; address++) {
    const result = yield* access_process_vm(context.cpu, mm, address, parts, value);
    if (result < 0) return result;
  }
  return 0;
}

function* vmWrite(context: Context): Steps<ResultValue> {
  const { mm, start, end, parts } = target(context);
  const value = numberArgument(context, 1);
  return yield* process_vm_writev(context.cpu, mm, start, end, parts, value);
}

export const accessOperations: readonly OperationSpec[] = [
  {
    verb: 'read',
    usage: 'read ADDRESS',
    doc:
      'Loads every page of the range (both halves, unless .lo or .hi is named). The result is ' +
      'the value, or all values in order where they differ.',
    by: 'process',
    level: 'user',
    args: ['address'],
    run: read,
  },
  {
    verb: 'write',
    usage: 'write ADDRESS NUMBER [step=N]',
    doc:
      'Stores the value to every page of the range (both halves, or the named one). With step= ' +
      'each page gets N more than the one before it.',
    by: 'process',
    args: ['address', NUMBER],
    options: { step: WORD },
    // A signal may end it.
    isSilent: () => false,
    run: write,
  },
  {
    verb: 'poke',
    usage: 'poke P1:ADDRESS NUMBER',
    doc:
      "Writes another process's memory as ptrace and /proc/pid/mem do (mm/memory.c " +
      "access_process_vm: get_user_pages with force, write through the kernel's map, " +
      'set_page_dirty_lock).',
    by: 'any',
    level: 'caller',
    args: ['address', NUMBER],
    run: poke,
  },
  {
    verb: 'vm-write',
    usage: 'vm-write P1:ADDRESS NUMBER',
    doc:
      "Writes another process's memory as process_vm_writev does: pages pinned without force, " +
      'written after mmap_sem is dropped, set_page_dirty_lock.',
    by: 'any',
    level: 'caller',
    args: ['address', NUMBER],
    run: vmWrite,
  },
];
