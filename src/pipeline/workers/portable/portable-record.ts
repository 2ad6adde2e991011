import {
  type AnyRecord,
  baseOf,
  type Fields,
  type LinksRecord,
  type LiveBody,
  type Origin,
  type PageResponse,
  type UrlRecord,
} from '../../../core/record.ts';
import { parseUrl } from '../../../core/urls/parse-url.ts';
import { linksFrom, type PortableLinks, portableLinks } from './portable-links.ts';

/** A URL on its way to a worker thread. */
export interface PortableUrl {
  readonly origin: Origin;
  readonly sourceUrl: string;
  readonly fields: Fields | undefined;
  readonly url: string;
}

/** A record on its way back: what it has beyond the URL that it was made of, which stays with the run. */
export type PortableRecord = { readonly fields: Fields | undefined } & (
  | { readonly kind: 'url' }
  /** Of a page that has left the worker's steps early: its body is no longer there. */
  | { readonly kind: 'page'; readonly response: PageResponse }
  | (Omit<LinksRecord, keyof UrlRecord | 'links'> & { readonly kind: 'links'; readonly links: PortableLinks })
);

/** Gives a URL in its portable form. */
export function portableUrl({ origin, sourceUrl, fields, url }: UrlRecord): PortableUrl {
  return { origin, sourceUrl, fields, url: url.href };
}

/** Gives the URL back. */
export function urlFrom({ origin, sourceUrl, fields, url: href }: PortableUrl): UrlRecord {
  const url = parseUrl(href);
  if (url === undefined) throw new Error('the text of a URL must give a URL again');
  return { kind: 'url', ...baseOf({ origin, sourceUrl, ...(fields && { fields }) }), url };
}

/** Gives a record in its portable form. */
export function portableRecord(record: AnyRecord): PortableRecord {
  const { fields } = record;
  switch (record.kind) {
    case 'url':
      return { kind: 'url', fields };
    case 'page':
      return { kind: 'page', fields, response: record.response };
    case 'links': {
      const { origin: _origin, sourceUrl: _sourceUrl, links, ...rest } = record;
      return { ...rest, fields, links: portableLinks(links) };
    }
  }
}

/** Gives the record back. `made` is the URL that it was made of. */
export function recordFrom(portable: PortableRecord, made: UrlRecord): AnyRecord {
  const { fields, kind } = portable;
  const base = baseOf({ origin: made.origin, sourceUrl: made.sourceUrl, ...(fields && { fields }) });
  switch (kind) {
    case 'url':
      return { kind, ...base, url: made.url };
    case 'page':
      return { kind, ...base, response: portable.response, body: goneBody };
    case 'links': {
      const { fields: _fields, links, ...rest } = portable;
      return { ...base, ...rest, links: linksFrom(links) };
    }
  }
}

/** The body of a page that nobody will read: its thread has released it. */
const goneBody: LiveBody = {
  read: () => Promise.reject(new Error('the body of a page that has left is not to be read')),
  release: () => {},
};
