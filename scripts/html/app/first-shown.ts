/** What the live model begins with, beside a command's document. */
import type { ReportDocument } from '../documents';

export interface FirstShown {
  readonly a: string;
  readonly b: string;
  /** Undefined: the first that the page has. */
  readonly scenario: string | undefined;
}

export function firstShown(report: ReportDocument | null): FirstShown {
  switch (report?.schema) {
    case undefined:
      return { a: 'original', b: 'fixed', scenario: 'fixup-swap-slot' };
    case 'lzfree/hunt':
      return { a: 'base', b: report.variant, scenario: undefined };
    case 'lzfree/diff-search':
      return { a: report.a, b: report.b, scenario: undefined };
    case 'lzfree/matrix':
    case 'lzfree/classes':
      return { a: 'original', b: 'fixed', scenario: report.scenarios[0]?.name };
    case 'lzfree/run': {
      const failing = report.scenarios.find(({ met }) => met === 'no');
      const scenario = failing ?? report.scenarios[0];
      return { a: 'original', b: report.variant, scenario: scenario?.name };
    }
    case 'lzfree/diff':
    case 'lzfree/review': {
      const telling = report.scenarios.find(({ witness }) => witness !== null);
      const scenario = telling ?? report.scenarios[0];
      return { a: report.a, b: report.b, scenario: scenario?.name };
    }
  }
}
