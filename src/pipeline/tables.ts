import type { RecordError } from '../core/errors.ts';
import type { FailedRecord } from '../core/outcome.ts';
import type { Link, LinksRecord, PageFacts } from '../core/record.ts';
import type { Row, Value } from '../core/stage.ts';
import { MAX_TEXT_LENGTH } from '../html/anchor-text.ts';
import { isSameSite } from '../html/same-site.ts';
import type { Outcome } from './run/ledger.ts';

/** A column: a sentence for the reference, and its value for an entry of the table. */
interface Column<Entry> {
  readonly summary: string;
  readonly value: (entry: Entry) => Value;
}

/** The columns that an output can have, by their stable names, in the order of the reference. */
type Columns<Entry> = Readonly<Record<string, Column<Entry>>>;

/** A link with the page that it stands on. */
interface LinkEntry {
  readonly record: LinksRecord;
  readonly link: Link;
}

/** A line that failed. */
export interface FailureEntry {
  readonly record: FailedRecord;
  readonly error: RecordError;
}

/** A line that was asked for over the network, with what came of it. */
export interface PageEntry {
  readonly record: FailedRecord;
  readonly outcome: Outcome;
  readonly facts: Partial<PageFacts>;
  /** Rows written. */
  readonly links: number;
}

const linkColumns: Columns<LinkEntry> = {
  source_url: { summary: 'The input line as given, trimmed.', value: ({ record }) => record.sourceUrl },
  parsed_url: { summary: 'The link, absolute.', value: ({ link }) => link.url },
  tag: {
    summary: 'The element that carries the link; header for a field of the answer.',
    value: ({ link }) => link.element,
  },
  attribute: {
    summary: "The attribute that carries the link; #text for an element's text, the field's name for a header.",
    value: ({ link }) => link.attribute,
  },
  final_url: { summary: 'The URL of the page after redirects.', value: ({ record }) => record.page.finalUrl },
  status: { summary: 'The HTTP status of the page.', value: ({ record }) => record.page.status },
  position: {
    summary: "The link's place among those found on the page, from 1.",
    value: ({ link }) => link.position ?? null,
  },
  rel: { summary: "The link's rel, as written.", value: ({ link }) => link.details?.rel ?? null },
  nofollow: { summary: 'Whether its rel has nofollow.', value: ({ link }) => hasToken(link.details?.rel, 'nofollow') },
  text: {
    summary: `The text of an anchor, images by their alt, white space collapsed, at most ${MAX_TEXT_LENGTH} characters.`,
    value: ({ link }) => link.details?.text ?? null,
  },
  title: { summary: "The element's title.", value: ({ link }) => link.details?.title ?? null },
  hreflang: { summary: 'The language of what it leads to.', value: ({ link }) => link.details?.hreflang ?? null },
  type: { summary: 'The media type of what it leads to.', value: ({ link }) => link.details?.type ?? null },
  media: { summary: 'The media query that it is for.', value: ({ link }) => link.details?.media ?? null },
  internal: {
    summary: 'Whether it stays on the registrable domain of final_url (Public Suffix List).',
    value: ({ record, link }) => isSameSite(link.url, record.page.finalUrl),
  },
  base_url: {
    summary: 'What the links of the page are relative to.',
    value: ({ record }) => record.baseUrl ?? record.page.finalUrl,
  },
  fetched_at: {
    summary: "When the page's answer came, in UTC (ISO 8601).",
    value: ({ record }) => (record.fetchedAtMs === undefined ? null : new Date(record.fetchedAtMs).toISOString()),
  },
};

const failureColumns: Columns<FailureEntry> = {
  source_url: { summary: 'The input line as given, trimmed.', value: ({ record }) => record.sourceUrl },
  code: { summary: 'Why it failed: a failure code.', value: ({ error }) => error.code },
  status: { summary: 'The HTTP status, where one came.', value: ({ error }) => error.facts.status ?? null },
  attempts: { summary: 'How often it was tried.', value: ({ error }) => error.facts.attempts ?? 0 },
  ms: {
    summary: 'Milliseconds from the first attempt to the end.',
    value: ({ error }) => rounded(error.facts.elapsedMs ?? 0),
  },
  message: { summary: 'What happened, in a sentence.', value: ({ error }) => error.message },
  line: { summary: 'The line of the input, counted from 1.', value: ({ record }) => record.origin.line },
};

const pageColumns: Columns<PageEntry> = {
  source_url: { summary: 'The input line as given, trimmed.', value: ({ record }) => record.sourceUrl },
  final_url: { summary: 'The URL after redirects.', value: ({ facts }) => facts.finalUrl ?? null },
  outcome: { summary: 'linked, empty, failed or skipped.', value: ({ outcome }) => outcome },
  status: { summary: 'The HTTP status, where one came.', value: ({ facts }) => facts.status ?? null },
  content_type: { summary: 'The Content-Type as sent.', value: ({ facts }) => facts.contentType ?? null },
  bytes: { summary: 'Bytes of the body, decoded.', value: ({ facts }) => facts.bytes ?? null },
  links: { summary: 'Rows written.', value: ({ links }) => links },
  attempts: { summary: 'How often it was tried.', value: ({ facts }) => facts.attempts ?? 0 },
  ms: {
    summary: 'Milliseconds from the first attempt to the end.',
    value: ({ facts }) => rounded(facts.elapsedMs ?? 0),
  },
  line: { summary: 'The line of the input, counted from 1.', value: ({ record }) => record.origin.line },
  etag: { summary: 'The ETag as sent, for a later run with since.', value: ({ facts }) => facts.etag ?? null },
  last_modified: {
    summary: 'The Last-Modified as sent, for a later run with since.',
    value: ({ facts }) => facts.lastModified ?? null,
  },
};

const tables = { sink: linkColumns, failures: failureColumns, pages: pageColumns } as const;

/** The part that an output plays in a pipeline. */
export type OutputRole = keyof typeof tables;

/** Names and sentences of the columns that an output of each role can have. */
export function columnsOf(role: OutputRole): readonly { readonly name: string; readonly summary: string }[] {
  return Object.entries(tables[role]).map(([name, { summary }]) => ({ name, summary }));
}

/** Names of the columns that an output of each role can have. */
export const tableColumns: Readonly<Record<OutputRole, readonly string[]>> = {
  sink: Object.keys(linkColumns),
  failures: Object.keys(failureColumns),
  pages: Object.keys(pageColumns),
};

/** The columns that an output has when its options name none. */
export const defaultColumns: Readonly<Record<OutputRole, readonly string[]>> = {
  sink: ['source_url', 'parsed_url'],
  failures: tableColumns.failures,
  pages: tableColumns.pages,
};

/** Makes rows of a page's links: one row a link, the page's order, the named columns. */
export function linkRows(columns: readonly string[]): (record: LinksRecord) => Row[] {
  const row = rowMaker(linkColumns, columns);
  return (record) => record.links.map((link) => row({ record, link }));
}

/** Makes the row of a line that failed. */
export function failureRow(columns: readonly string[]): (entry: FailureEntry) => Row {
  return rowMaker(failureColumns, columns);
}

/** Makes the row of a page. */
export function pageRow(columns: readonly string[]): (entry: PageEntry) => Row {
  return rowMaker(pageColumns, columns);
}

function rowMaker<Entry>(table: Columns<Entry>, names: readonly string[]): (entry: Entry) => Row {
  const columns = names.map((name) => {
    const column = table[name];
    if (column === undefined) throw new Error(`no column ${name}: build.ts lets none pass`);
    return column;
  });
  return (entry) => columns.map((column) => column.value(entry));
}

/** Whether a set of tokens with white space between has one, in whatever case (https://html.spec.whatwg.org/#linkTypes). */
function hasToken(value: string | null | undefined, token: string): boolean {
  const tokens = value?.toLowerCase().split(/[\t\n\f\r ]+/);
  return tokens?.includes(token) ?? false;
}

function rounded(ms: number): number {
  return Math.round(ms);
}
