/** The texts that the reader has edited: they stay while the page is open, so that a choice loses none. */
import type { ScenarioText } from '../page-data';

export interface OwnText {
  /** Name of the page's scenario that it was made from. */
  readonly scenario: string;
  readonly text: string;
}

/** What is worked on: a scenario of the page as it came, or a text of the reader's own. */
export interface Work {
  readonly scenario: string;
  readonly texts: readonly OwnText[];
  /** Index in `texts`; null: as the page has it. */
  readonly own: number | null;
}

/** How the reader's texts are listed; no scenario has a name with a space. */
export const ownName = (index: number): string =>
  index === 0 ? 'your text' : `your text ${index + 1}`;

/** Goes to a scenario of the page, or to one of the reader's texts. */
export function chosen({ texts }: Work, name: string): Work {
  const own = texts.findIndex((_, index) => ownName(index) === name);
  if (own < 0) return { scenario: name, texts, own: null };
  return { scenario: texts[own]!.scenario, texts, own };
}

/** The text typed in place of what is shown. What the page has anyway is kept as no text of the reader's. */
export function edited(
  { texts, own }: Work,
  { name, text: ofPage }: ScenarioText,
  text: string,
): Work {
  const typed = { scenario: name, text };
  if (text === ofPage)
    return { scenario: name, texts: texts.filter((_, index) => index !== own), own: null };
  if (own === null) return { scenario: name, texts: [...texts, typed], own: texts.length };
  return { scenario: name, texts: texts.with(own, typed), own };
}

/** A text that a link brought; one that is there already is gone to. */
export function brought({ texts }: Work, scenario: ScenarioText, text: string | undefined): Work {
  const { name } = scenario;
  const own = texts.findIndex((each) => each.scenario === name && each.text === text);
  if (own >= 0) return { scenario: name, texts, own };
  return edited({ scenario: name, texts, own: null }, scenario, text ?? scenario.text);
}
