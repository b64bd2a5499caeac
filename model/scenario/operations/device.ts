/** Pinned pages (get_user_pages), device writes, and files. */
import { load, readLock, readUnlock, store, type Steps } from '../../machine/op';
import {
  address_space,
  mm_struct,
  Page,
  type Mm,
  type Page as PagePtr,
} from '../../include/linux/mm_types';
import type { Cpu } from '../../state/cpu';
import { get_user_pages, get_user_pages_fast } from '../../mm/memory';
import { do_truncate } from '../../fs/open';
import { set_page_dirty_lock } from '../../mm/page-writeback';
import { put_page } from '../../mm/swap';
import { invalidate_inode_pages2 } from '../../mm/truncate';
import { kernel } from '../../state/kernel';
import type { ResultValue } from '../outcome';
import { fault, handleWord, numberArgument, target, wordArgument, type Context } from '../world';
import { NUMBER, type ArgumentSpec, type OperationSpec } from './operation';
import { COUNT, NAME } from './values';

const pinWord = (context: Context, name: string): number => handleWord(context.layout, name);

function* pin(context: Context): Steps<ResultValue> {
  const { mm, start } = target(context);
  const name = context.operation.options['as']!;
  const write = context.operation.options['for'] !== 'read';
  const fast = context.operation.options['fast'] === 'yes';
  const page = fast
    ? yield* get_user_pages_fast(context.cpu, start, write)
    : yield* pinSlowly(context.cpu, mm, start, write);
  if (page <= 0) return page;
  yield store(pinWord(context, name), page);
  return 0;
}

/** get_user_pages as drivers call it: under mmap_sem for reading. */
function* pinSlowly(cpu: Cpu, mm: Mm, address: number, write: boolean): Steps<number> {
  yield readLock(mm + mm_struct.offset.mmap_sem);
  const page = yield* get_user_pages(cpu, mm, address, write, false);
  yield readUnlock(mm + mm_struct.offset.mmap_sem);
  return page;
}

/** The page of a pin; 0 if the pin failed or has been dropped: then there is nothing to do. */
function* pinned(context: Context): Steps<PagePtr> {
  const name = wordArgument(context, 0);
  if (!context.layout.handles.includes(name))
    throw fault(context, `nothing is pinned as '${name}'`);
  return yield load(pinWord(context, name));
}

function* dma(context: Context): Steps<undefined> {
  const page = yield* pinned(context);
  if (page === 0) return undefined;
  const value = numberArgument(context, 1);
  yield store(page + Page.content0, value);
  yield store(page + Page.content1, value);
  return undefined;
}

function* unpin(context: Context): Steps<undefined> {
  const page = yield* pinned(context);
  if (page === 0) return undefined;
  if (context.operation.options['dirty'] !== 'no') yield* set_page_dirty_lock(context.cpu, page);
  yield store(pinWord(context, wordArgument(context, 0)), 0);
  yield* put_page(context.cpu, page);
  return undefined;
}

function* dirtyPin(context: Context): Steps<undefined> {
  const page = yield* pinned(context);
  if (page !== 0) yield* set_page_dirty_lock(context.cpu, page);
  return undefined;
}

const file = (context: Context): number => {
  const index = context.layout.files.indexOf(wordArgument(context, 0));
  return kernel.mappings + index * address_space.size;
};

const PIN: ArgumentSpec = { called: 'pin', values: NAME };
const FILE: ArgumentSpec = { called: 'file', values: NAME };

export const deviceOperations: readonly OperationSpec[] = [
  {
    verb: 'pin',
    usage: 'pin ADDRESS as=NAME [for=write|read] [fast=yes]',
    doc: 'get_user_pages (or get_user_pages_fast) on one page, as direct I/O does before the transfer.',
    by: 'process',
    level: 'user',
    args: ['address'],
    options: { as: NAME, for: { words: ['write', 'read'] }, fast: { words: ['yes'] } },
    required: ['as'],
    run: pin,
  },
  {
    verb: 'dma',
    usage: 'dma NAME NUMBER',
    doc: 'A device writes the pinned page. No pte and no page flag changes.',
    by: 'any',
    args: [PIN, NUMBER],
    run: dma,
  },
  {
    verb: 'dirty-pin',
    usage: 'dirty-pin NAME',
    doc: 'set_page_dirty_lock on the pinned page, as asynchronous direct I/O does before the transfer.',
    by: 'any',
    args: [PIN],
    run: dirtyPin,
  },
  {
    verb: 'unpin',
    usage: 'unpin NAME [dirty=no]',
    doc: 'Ends the transfer: set_page_dirty_lock (unless dirty=no), then the reference is dropped.',
    by: 'any',
    args: [PIN],
    options: { dirty: { words: ['no'] } },
    run: unpin,
  },
  {
    verb: 'truncate',
    usage: 'truncate FILE PAGES',
    doc:
      "Sets the size of a disk's or tmpfs file (fs/open.c do_truncate): mappings beyond the end are " +
      'zapped, private copies too.',
    by: 'any',
    level: 'caller',
    args: [FILE, { called: 'PAGES', values: COUNT }],
    *run(context) {
      return yield* do_truncate(context.cpu, file(context), numberArgument(context, 1));
    },
  },
  {
    verb: 'invalidate',
    usage: 'invalidate FILE',
    doc:
      "Drops the page cache of a disk's or tmpfs file (mm/truncate.c invalidate_inode_pages2); " +
      'private copies stay.',
    by: 'any',
    // -EBUSY goes to the function that called: a file system, or a direct write that turns buffered then.
    level: 'internal',
    args: [FILE],
    *run(context) {
      return yield* invalidate_inode_pages2(context.cpu, file(context));
    },
  },
];
