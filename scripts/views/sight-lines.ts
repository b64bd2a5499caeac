import type { View } from '../../model/classes/partition';
import type { SystemOutcome, UserOutcome } from '../../model/scenario/outcome';
import { systemLines, userText } from './outcome-text';

/** What is seen at the end; of what only the kernel sees the document has the rest. */
export function sightLines(seen: unknown, view: View): string[] {
  switch (view) {
    case 'user':
      return [userText({ user: seen as UserOutcome })];
    case 'system':
      return systemLines({ system: seen as SystemOutcome });
    case 'internal':
    case 'all':
      return [JSON.stringify(seen)];
  }
}
