import { type Column, ColumnScope } from '../../core/columns/columns.ts';
import type { Kind, Link, LinksRecord, Records, Value } from '../../core/record.ts';
import { MAX_TEXT_LENGTH } from '../../html/links/anchor-text.ts';
import { isSameSite } from '../../html/links/same-site.ts';
import { contentTypeOf } from '../../http/headers/content-type.ts';

type Table = Readonly<Record<string, Column>>;

/** Columns that a record has at every place. */
const everywhere: Table = {
  source_url: { type: 'string', summary: 'The input line as given, trimmed.', read: (record) => record.sourceUrl },
};

const line: Table = {
  line: { type: 'int', summary: 'The line of the input, counted from 1.', read: (record) => record.origin.line },
};

const urlColumns: Table = {
  ...everywhere,
  url: {
    type: 'string',
    summary: 'The URL to fetch, as serialised by the URL standard.',
    read: of('url', (record) => record.url.href),
  },
  ...line,
};

const pageColumns: Table = {
  ...everywhere,
  final_url: {
    type: 'string',
    summary: 'The URL of the page after redirects.',
    read: of('page', ({ response }) => response.finalUrl),
  },
  status: { type: 'int', summary: 'The HTTP status of the page.', read: of('page', ({ response }) => response.status) },
  content_type: {
    type: 'string',
    summary: 'The Content-Type as sent.',
    read: of('page', ({ response }) => contentTypeOf(response.headers)),
  },
  ...line,
};

const linkColumns: Table = {
  ...everywhere,
  parsed_url: { type: 'string', summary: 'The link, absolute.', read: ofLink((link) => link.url) },
  tag: {
    type: 'string',
    summary: 'The element that carries the link; header for a field of the answer.',
    read: ofLink((link) => link.element),
  },
  attribute: {
    type: 'string',
    summary: "The attribute that carries the link; #text for an element's text, the field's name for a header.",
    read: ofLink((link) => link.attribute),
  },
  final_url: {
    type: 'string',
    summary: 'The URL of the page after redirects.',
    read: of('links', ({ page }) => page.finalUrl),
  },
  status: { type: 'int', summary: 'The HTTP status of the page.', read: of('links', ({ page }) => page.status) },
  position: {
    type: 'int',
    summary: "The link's place among those found on the page, from 1.",
    read: ofLink((link) => link.position ?? null),
  },
  rel: { type: 'string', summary: "The link's rel, as written.", read: ofLink((link) => link.details?.rel ?? null) },
  nofollow: {
    type: 'bool',
    summary: 'Whether its rel has nofollow.',
    read: ofLink((link) => hasToken(link.details?.rel, 'nofollow')),
  },
  text: {
    type: 'string',
    summary: `The text of an anchor, images by their alt, white space collapsed, at most ${MAX_TEXT_LENGTH} characters.`,
    read: ofLink((link) => link.details?.text ?? null),
  },
  title: { type: 'string', summary: "The element's title.", read: ofLink((link) => link.details?.title ?? null) },
  hreflang: {
    type: 'string',
    summary: 'The language of what it leads to.',
    read: ofLink((link) => link.details?.hreflang ?? null),
  },
  type: {
    type: 'string',
    summary: 'The media type of what it leads to.',
    read: ofLink((link) => link.details?.type ?? null),
  },
  media: {
    type: 'string',
    summary: 'The media query that it is for.',
    read: ofLink((link) => link.details?.media ?? null),
  },
  internal: {
    type: 'bool',
    summary: 'Whether it stays on the registrable domain of final_url (Public Suffix List).',
    read: ofLink((link, { page }) => isSameSite(link.url, page.finalUrl)),
  },
  base_url: {
    type: 'string',
    summary: 'What the links of the page are relative to.',
    read: of('links', ({ baseUrl, page }) => baseUrl ?? page.finalUrl),
  },
  fetched_at: {
    type: 'string',
    summary: "When the page's answer came, in UTC (ISO 8601).",
    read: of('links', ({ fetchedAtMs }) => (fetchedAtMs === undefined ? null : new Date(fetchedAtMs).toISOString())),
  },
  content_type: {
    type: 'string',
    summary: 'The Content-Type of the page as sent.',
    read: of('links', ({ page }) => page.contentType),
  },
  bytes: { type: 'int', summary: 'Bytes of the page, decoded.', read: of('links', ({ page }) => page.bytes) },
  ...line,
};

const tables: Readonly<Record<Kind, Table>> = {
  url: builtIn(urlColumns),
  page: builtIn(pageColumns),
  links: builtIn(linkColumns),
};

/** Gives the columns that records of a kind have by themselves, by their stable names, in the order of the reference. */
export function columnsOfKind(kind: Kind): Table {
  return tables[kind];
}

/** Gives the columns with which records leave a source. */
export function sourceScope(kind: Kind, hasInput: boolean): ColumnScope {
  return new ColumnScope(new Map(Object.entries(tables[kind])), hasInput);
}

/**
 * Gives the columns of records that have become of another kind: those that the new kind has not are gone, those that only
 * it has are there. What steps have made, renamed and dropped before stays so.
 */
export function scopeAfter(scope: ColumnScope, from: Kind, to: Kind): ColumnScope {
  if (from === to) return scope;
  let after = new ColumnScope(new Map(), scope.hasInput);
  for (const name of scope.names) {
    const column = scope.get(name);
    const kept = column?.builtIn === undefined ? column : tables[to][column.builtIn];
    if (kept !== undefined) after = after.with(name, kept);
  }
  for (const [name, column] of Object.entries(tables[to])) {
    if (tables[from][name] === undefined && after.get(name) === undefined) after = after.with(name, column);
  }
  return after;
}

function builtIn(table: Table): Table {
  return Object.fromEntries(Object.entries(table).map(([name, column]) => [name, { ...column, builtIn: name }]));
}

/** A value that only records of one kind have: in whatever place it is read, they have come that far. */
function of<K extends Kind>(kind: K, read: (record: Records[K]) => Value): Column['read'] {
  return (record) => (record.kind === kind ? read(record as Records[K]) : null);
}

function ofLink(read: (link: Link, record: LinksRecord) => Value): Column['read'] {
  return (record, link) => (link !== undefined && record.kind === 'links' ? read(link, record) : null);
}

/** Whether a set of tokens with white space between has one, in whatever case (https://html.spec.whatwg.org/#linkTypes). */
function hasToken(value: string | null | undefined, token: string): boolean {
  const tokens = value?.toLowerCase().split(/[\t\n\f\r ]+/);
  return tokens?.includes(token) ?? false;
}
