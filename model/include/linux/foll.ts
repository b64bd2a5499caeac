/** include/linux/mm.h: what follow_page_mask is asked for. */

/** The pte must be writable. */
export const FOLL_WRITE = 0x01;
/** Mark the page accessed and, with FOLL_WRITE, dirty. */
export const FOLL_TOUCH = 0x02;
/** Take a reference. */
export const FOLL_GET = 0x04;
/** An error instead of the zero page or of a hole. */
export const FOLL_DUMP = 0x08;
/** get_user_pages: as if the vma could be read and written. */
export const FOLL_FORCE = 0x10;
/** Mlock the page if the vma is VM_LOCKED. */
export const FOLL_MLOCK = 0x40;
/** Split a huge page first. */
export const FOLL_SPLIT = 0x80;
/** Tell a poisoned page by -EHWPOISON. */
export const FOLL_HWPOISON = 0x100;
/** Treat a NUMA hint as not present. */
export const FOLL_NUMA = 0x200;
/** Wait for a page that is being migrated. */
export const FOLL_MIGRATION = 0x400;
