import type { BodyReader, Link, PageType, Redirect } from '../core/record.ts';

/** What is known of a page before its body. */
export interface PageHead {
  /** The document's URL, after redirects. */
  readonly finalUrl: string;
  /** The Content-Type field, for its charset. */
  readonly contentType: string | null;
  /** Default `html`. */
  readonly type?: PageType;
  /** The redirects that led to it, in order. */
  readonly redirects?: readonly Redirect[];
  /** The `Link` fields of the answer, in order. */
  readonly linkFields?: readonly string[];
}

/** Reads one page: takes the bytes of its body, gives its links in document order. */
export interface LinkReader extends BodyReader<Link[]> {
  /** What the page's links are relative to, as far as it is known. */
  readonly baseUrl: string;
}
