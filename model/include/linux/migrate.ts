/** include/linux/migrate_mode.h and migrate.h: how hard a migration tries. */

/** Never waits. */
export const MIGRATE_ASYNC = 0;
/** May wait for most things, but not for write-back. */
export const MIGRATE_SYNC_LIGHT = 1;
/** Waits. */
export const MIGRATE_SYNC = 2;
