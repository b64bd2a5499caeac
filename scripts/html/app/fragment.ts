/** The part of the address behind the number sign: what the live model shows, for links to it. */

/** What is run at a point of the live model. */
export interface LivePlace {
  /** Name of a scenario of the page. */
  readonly scenario: string;
  /** The scenario's text, where it was edited. */
  readonly text?: string | undefined;
}

/** A point in the live model. */
export interface LivePoint extends LivePlace {
  readonly a: string;
  readonly b: string;
  /** An execution to show. */
  readonly schedule?: string | undefined;
}

const PREFIX = '#live?';

export function linkTo({ scenario, a, b, schedule, text }: LivePoint): string {
  const query = new URLSearchParams({ scenario, a, b });
  if (schedule !== undefined) query.set('schedule', schedule);
  if (text !== undefined) query.set('text', text);
  return PREFIX + query.toString();
}

/** What a fragment asks for; undefined if it names no point of the live model. */
export function readFragment(fragment: string): Partial<LivePoint> | undefined {
  if (!fragment.startsWith(PREFIX)) return undefined;
  return Object.fromEntries(new URLSearchParams(fragment.slice(PREFIX.length)));
}
