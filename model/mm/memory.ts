/** mm/memory.c, in parts: one file for each concern. */
export { get_user_pages_fast } from '../arch/x86/mm/gup';
export * from './memory/access';
export * from './memory/copy';
export * from './memory/fault';
export * from './memory/gather';
export * from './memory/gup';
export * from './memory/pgtables';
export * from './memory/unmap';
export * from './memory/unmap-mapping';
