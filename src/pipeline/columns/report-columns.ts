import type { ColumnType } from '../../core/columns/columns.ts';
import type { RecordError } from '../../core/errors.ts';
import type { FailedRecord } from '../../core/outcome.ts';
import type { PageFacts, Value } from '../../core/record.ts';
import type { Outcome } from '../accounts/ledger.ts';

/** A line that failed. */
export interface FailureEntry {
  readonly record: FailedRecord;
  readonly error: RecordError;
  /** What is known of its page. */
  readonly facts: Partial<PageFacts>;
}

/** A line that was asked for over the network, with what came of it. */
export interface PageEntry {
  readonly record: FailedRecord;
  readonly outcome: Outcome;
  readonly facts: Partial<PageFacts>;
  /** Rows written. */
  readonly links: number;
}

/** A column of a report on lines: failures, pages. */
export interface ReportColumn<Entry> {
  readonly type: ColumnType;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly read: (entry: Entry) => Value;
}

/** The columns of the failures output, by their stable names, in the order of the reference. */
export const failureColumns: Readonly<Record<string, ReportColumn<FailureEntry>>> = {
  source_url: {
    type: 'string',
    summary: 'The input line as given, trimmed.',
    read: ({ record }) => record.sourceUrl,
  },
  code: { type: 'string', summary: 'Why it failed: a failure code.', read: ({ error }) => error.code },
  status: { type: 'int', summary: 'The HTTP status, where one came.', read: ({ facts }) => facts.status ?? null },
  attempts: { type: 'int', summary: 'How often it was tried.', read: attemptsOf },
  ms: {
    type: 'int',
    summary: 'Milliseconds from the first attempt to the end.',
    read: elapsedMsOf,
  },
  message: { type: 'string', summary: 'What happened, in a sentence.', read: ({ error }) => error.message },
  line: { type: 'int', summary: 'The line of the input, counted from 1.', read: ({ record }) => record.origin.line },
};

/** The columns of the pages output, by their stable names, in the order of the reference. */
export const pageColumns: Readonly<Record<string, ReportColumn<PageEntry>>> = {
  source_url: {
    type: 'string',
    summary: 'The input line as given, trimmed.',
    read: ({ record }) => record.sourceUrl,
  },
  final_url: { type: 'string', summary: 'The URL after redirects.', read: ({ facts }) => facts.finalUrl ?? null },
  outcome: { type: 'string', summary: 'linked, empty, failed or skipped.', read: ({ outcome }) => outcome },
  status: { type: 'int', summary: 'The HTTP status, where one came.', read: ({ facts }) => facts.status ?? null },
  content_type: {
    type: 'string',
    summary: 'The Content-Type as sent.',
    read: ({ facts }) => facts.contentType ?? null,
  },
  bytes: { type: 'int', summary: 'Bytes of the body, decoded.', read: ({ facts }) => facts.bytes ?? null },
  links: { type: 'int', summary: 'Rows written.', read: ({ links }) => links },
  attempts: { type: 'int', summary: 'How often it was tried.', read: attemptsOf },
  ms: {
    type: 'int',
    summary: 'Milliseconds from the first attempt to the end.',
    read: elapsedMsOf,
  },
  line: { type: 'int', summary: 'The line of the input, counted from 1.', read: ({ record }) => record.origin.line },
  etag: {
    type: 'string',
    summary: 'The ETag as sent, for a later run with since.',
    read: ({ facts }) => facts.etag ?? null,
  },
  last_modified: {
    type: 'string',
    summary: 'The Last-Modified as sent, for a later run with since.',
    read: ({ facts }) => facts.lastModified ?? null,
  },
};

type Facts = { readonly facts: Partial<PageFacts> };

/** Null of an answer whose body nobody has read: its account is not closed. */
function attemptsOf({ facts }: Facts): Value {
  return facts.attempts ?? (facts.status === undefined ? 0 : null);
}

function elapsedMsOf({ facts }: Facts): Value {
  if (facts.elapsedMs === undefined && facts.status !== undefined) return null;
  return Math.round(facts.elapsedMs ?? 0);
}
