import type { RecordError } from '../errors.ts';
import type { Fields, LiveBody, Origin, PageResponse } from '../record.ts';

/** A line of the input that names a URL, an entry of it that is a page, or one that fails before it becomes a record. */
export type SourceItem = {
  readonly origin: Omit<Origin, 'sequence'>;
  readonly sourceUrl: string;
  /** The columns of the input that the run has a use for, named by `inputColumnName`. */
  readonly fields?: Fields;
} & (
  | { readonly url: URL; readonly page?: never; readonly error?: never }
  | { readonly url?: never; readonly page: SourcePage; readonly error?: never }
  | { readonly url?: never; readonly page?: never; readonly error: RecordError }
);

/** A page that a source has at hand. Its body is opened when it is read, so that those that wait hold nothing. */
export interface SourcePage {
  readonly response: PageResponse;
  readonly body: LiveBody;
}
