import type { CommandSpec } from '../cli/command';
import { attributeCommand } from './attribute';
import { baselineCommand } from './baseline';
import { checkCommand } from './check';
import { b4CheckCommand } from './b4-check';
import { bisectableCommand } from './bisectable';
import { classesCommand } from './classes';
import { completionCommand } from './completion';
import { diffCommand } from './diff';
import { helpCommand } from './help';
import { hunksCommand } from './hunks';
import { huntCommand } from './hunt';
import { importCommand } from './import';
import { materializeCommand } from './materialize';
import { matrixCommand } from './matrix';
import { patchesCommand } from './patches';
import { replayCommand } from './replay';
import { replyCommand } from './reply';
import { reviewCommand } from './review';
import { runCommand } from './run';
import { traceCommand } from './trace';
import { serveCommand } from './serve';

/** Every command of lzfree, in the order in which help lists them. */
export const commands: readonly CommandSpec[] = [
  reviewCommand,
  replyCommand,
  b4CheckCommand,
  patchesCommand,
  hunksCommand,
  traceCommand,
  importCommand,
  materializeCommand,
  runCommand,
  diffCommand,
  classesCommand,
  matrixCommand,
  attributeCommand,
  baselineCommand,
  checkCommand,
  huntCommand,
  bisectableCommand,
  replayCommand,
  serveCommand,
  completionCommand(() => commands),
  helpCommand(() => commands),
];
