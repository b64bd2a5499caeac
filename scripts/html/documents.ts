/** The documents that a page can show. */
import type { ClassesDocument } from '../../model/report/classes-document';
import type { DiffDocument } from '../../model/report/diff-document';
import type { MatrixDocument } from '../../model/report/matrix-document';
import type { RunDocument } from '../../model/report/run-document';
import type { SearchDocument } from '../../model/report/search-document';
import type { HuntDocument } from '../hunt-document';
import type { ReviewDocument } from '../review';

export type ReportDocument =
  | ReviewDocument
  | DiffDocument
  | SearchDocument
  | RunDocument
  | HuntDocument
  | MatrixDocument
  | ClassesDocument;
