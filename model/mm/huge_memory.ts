/**
 * mm/huge_memory.c: transparent huge pages, in parts. A huge page is a compound page of
 * config.hugePages frames, mapped by one pmd; a page that ptes map is never compound in 3.14.
 */
export * from './huge_memory/fault';
export * from './huge_memory/follow';
export * from './huge_memory/khugepaged';
export * from './huge_memory/madvise';
export * from './huge_memory/numa';
export * from './huge_memory/pmd';
export * from './huge_memory/split';
export * from './huge_memory/wp';
export * from './huge_memory/zap';
export * from './huge_memory/zero-page';
