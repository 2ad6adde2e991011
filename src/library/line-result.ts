import type { RecordError } from '../core/errors.ts';
import type { SkipReason } from '../core/outcome.ts';
import type { Fields, Link, Origin, PageFacts } from '../core/record.ts';

/** What became of one line of the input. Every line that is read has exactly one. */
export type LineResult = LinkedLine | FailedLine | SkippedLine;

interface LineBase {
  /** The line as given, trimmed. */
  readonly sourceUrl: string;
  /** Where it stands in the input. */
  readonly origin: Origin;
  /** Values that stages have given to it, columns of the input among them. */
  readonly fields: Fields;
}

/** A page that was read to its end: `linked`, or `empty` where it has no links. */
export interface LinkedLine extends LineBase {
  readonly outcome: 'linked' | 'empty';
  readonly page: PageFacts;
  /** In document order. */
  readonly links: readonly Link[];
}

/** A line that failed. */
export interface FailedLine extends LineBase {
  readonly outcome: 'failed';
  /** Why. Its `code` is stable. */
  readonly error: RecordError;
  /** What was learned of the page. */
  readonly page: Partial<PageFacts>;
  readonly links: readonly [];
}

/** A line that was passed over on purpose. */
export interface SkippedLine extends LineBase {
  readonly outcome: 'skipped';
  readonly reason: SkipReason;
  /** What was learned of the page. */
  readonly page: Partial<PageFacts>;
  readonly links: readonly [];
}
