/** Who learns what: at which level an operation's result, or its death, belongs in an outcome. */
import type { Actor } from './ast';
import type { Level } from './outcome';

/**
 * Who learns an operation's result. Each operation states its own, beside what it does.
 *
 * - `user`: what a system call answers the process that makes it, or what a process reads in its memory.
 * - `caller`: a system call that a kernel actor can stand for, too. A process learns it as a program; a
 *   kernel actor is nobody's program, and stands for a tool of the administrator.
 * - `system`: what takes an administrator to ask for, what /proc and /sys tell whoever looks, and what the
 *   kernel counts there or logs.
 * - `internal`: what one function of the kernel answers another, or what only the model counts.
 */
export type ResultLevel = Level | 'caller';

/** The level of what a process or a kernel actor learns by itself. */
export const levelOfActor = (process: Actor['process']): Level =>
  process === undefined ? 'system' : 'user';

/** The level of a result of an operation that `process`, or a kernel actor, performed. */
export const levelOfResult = (level: ResultLevel, process: Actor['process']): Level =>
  level === 'caller' ? levelOfActor(process) : level;
