/** mm/memory.c, in parts: one file for each concern. */
export * from './memory/gather';
