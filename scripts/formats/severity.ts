import type { Level } from '../../model/scenario/outcome';
import type { Severity } from './check-report';

/** How much a difference at a level matters. */
export const SEVERITY: Readonly<Record<Level, Severity>> = {
  user: 'high',
  system: 'medium',
  internal: 'low',
};
