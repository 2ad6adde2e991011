/** Where an input line stands. Every record carries it from source to sink; accounting and checkpoints need nothing else. */
export interface Origin {
  /** Place in the run's input, counted from 0 over all inputs, without gaps. */
  readonly sequence: number;
  /** The input as the user named it: a path, `-` for standard input, or `arguments`. */
  readonly input: string;
  /** 1-based line in that input, blank lines and comments counted. */
  readonly line: number;
  /** Position of the line's first byte in the (uncompressed) input. */
  readonly offset: number;
}

/** A cell of an output row. */
export type Value = string | number | boolean | null;

/** Values that stages have given to a record or a link, by name. What the columns of the input had is `input.NAME`. */
export type Fields = Readonly<Record<string, Value>>;

/** What every record is known by, from source to sink. A step that makes a record of another takes all of it over. */
export interface RecordBase {
  readonly origin: Origin;
  /** The line as given, trimmed: the key by which people join results to their own data. */
  readonly sourceUrl: string;
  readonly fields?: Fields;
}

/** Gives what a record hands down to the one that is made of it. */
export function baseOf({ origin, sourceUrl, fields }: RecordBase): RecordBase {
  return fields === undefined ? { origin, sourceUrl } : { origin, sourceUrl, fields };
}

/** A URL of the input. */
export interface UrlRecord extends RecordBase {
  readonly kind: 'url';
  readonly url: URL;
}

/** One answered redirect of a chain, in order. */
export interface Redirect {
  /** The URL that was asked. */
  readonly url: string;
  readonly status: number;
  /** Where it pointed, resolved against `url`. */
  readonly location: string;
}

/** What a page can be: HTML; XML such as a sitemap or a feed; text with URLs in it. */
export type PageType = 'html' | 'xml' | 'text';

/** The head of a final answer (after redirects). */
export interface PageResponse {
  /** The URL that answered, as serialised by the URL standard, its fragment carried over from the request. */
  readonly finalUrl: string;
  readonly status: number;
  /** Header fields by lower-case name; a repeated field is an array, in order of arrival. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly redirects: readonly Redirect[];
}

/** What is known of a page once its body has been read. Counts are of decoded bytes; time runs from the first attempt's start. */
export interface PageFacts {
  readonly finalUrl: string;
  readonly status: number;
  /** The Content-Type field as sent, or null where there was none. */
  readonly contentType: string | null;
  /** The page's validators as sent (RFC 9110, 8.8), where there were any: with them a later run asks only for what has changed. */
  readonly etag?: string;
  readonly lastModified?: string;
  readonly bytes: number;
  readonly attempts: number;
  readonly elapsedMs: number;
}

/** Takes the decoded bytes of one body, in order. A chunk's memory belongs to the caller again once `write` has returned. */
export interface BodyReader<Result> {
  write(chunk: Uint8Array): void;
  /** Called once, after the last byte of a complete body. */
  end(): Result;
}

/**
 * A body that is still on the wire. It is read to its end or released exactly once; until then it holds its connection.
 *
 * A body that breaks off midway may be fetched again: `open` is then called once more and gets the new answer's head,
 * and what its earlier reader gathered is forgotten. So a reader must have no effect but its result.
 */
export interface LiveBody {
  /**
   * Reads to the end. Rejects with a RecordError when the body can't be had (deadline, reset, too large, broken coding),
   * with an OutcomeError where, fetched again, its page is to be passed over.
   */
  read<Result>(open: (response: PageResponse) => BodyReader<Result>): Promise<{ result: Result; page: PageFacts }>;
  /** Gives up the body and its connection. Does nothing on a body that was read or released before. */
  release(): void;
}

/** An answer whose body has not been read yet. */
export interface PageRecord extends RecordBase {
  readonly kind: 'page';
  readonly response: PageResponse;
  readonly body: LiveBody;
}

/** A link of a page. */
export interface Link {
  /** The absolute URL, as serialised by the URL standard. */
  readonly url: string;
  /** Local name of the element that carries it, in lower case: `a`; `header` for one of the answer's header fields. */
  readonly element: string;
  /** Name of the attribute that carries it: `href`; `#text` for the text of an element, the field's name for `header`. */
  readonly attribute: string;
  /** Its place among the links that were found on the page, from 1. Only where the run has a use for it. */
  readonly position?: number;
  /** What else its element says. Only where the run has a use for it; shared by the links of one element. */
  readonly details?: LinkDetails;
  /** What steps have added to this link alone. */
  readonly fields?: Fields;
}

/** What an element says of its link; null for what it doesn't say, and for what the run has no use for. */
export interface LinkDetails {
  readonly rel: string | null;
  readonly title: string | null;
  readonly hreflang: string | null;
  readonly type: string | null;
  readonly media: string | null;
  /** The text of an anchor, white space collapsed, images in it by their `alt`; the `alt` of `area` and `img`. */
  readonly text: string | null;
}

/** A page's links as one batch, in document order: its rows appear together or not at all. */
export interface LinksRecord extends RecordBase {
  readonly kind: 'links';
  readonly page: PageFacts;
  readonly links: readonly Link[];
  /** What the page's links are relative to: its URL, or what a `base` element makes of it. Only where the run has a use for it. */
  readonly baseUrl?: string;
  /** When the header of the page's answer was there, in milliseconds since 1970. Only where the run has a use for it. */
  readonly fetchedAtMs?: number;
}

/** Each kind of record and its type. A stage names the kind that it takes and the kind that it gives. */
export interface Records {
  readonly url: UrlRecord;
  readonly page: PageRecord;
  readonly links: LinksRecord;
}

/** A kind of record. */
export type Kind = keyof Records;

/** A record of any kind. */
export type AnyRecord = Records[Kind];

/** Lets go of what a record holds outside memory. Called by the framework for every record that a step drops. */
export function releaseRecord(record: AnyRecord): void {
  if (record.kind === 'page') record.body.release();
}
