/** What a page is made of: a command's document, and what the live model in the page starts from. */
import type { ReportedSwitch } from '../hunk-report';
import type { ReportDocument } from './documents';

/** A scenario's text, for the live model. */
export interface ScenarioText {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

export interface PageData {
  /** lzfree's version. */
  readonly version: string;
  /** One sentence: what the document answers. */
  readonly answer: string;
  /** The command line that made the document. */
  readonly command: string;
  /** What the page is a view of; null for the live model alone. */
  readonly document: ReportDocument | null;
  readonly scenarios: readonly ScenarioText[];
  /** Every switch of the series: where it is modelled and what pins it. */
  readonly switches: readonly ReportedSwitch[];
}
