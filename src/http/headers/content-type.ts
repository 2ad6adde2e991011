import type { PageType } from '../../core/record.ts';

/**
 * An answer's Content-Type as sent; null where there is none. Of several, in fields of their own or in one, the last, or the
 * one before it that says the same and names the charset as well (https://fetch.spec.whatwg.org/#concept-header-extract-mime-type).
 */
export function contentTypeOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): string | null {
  const field = headers['content-type'];
  if (field === undefined) return null;
  const text = String(field);
  if (!text.includes(',')) return text;
  const types = (text.match(LISTED) ?? []).map((type) => type.trim()).filter(isType);
  if (types.length === 0) return text;
  return types.reduce((kept, next) => (essenceOf(next) === essenceOf(kept) && !CHARSET.test(next) ? kept : next));
}

/** An entry of a list; what stands in quotes may have commas. */
const LISTED = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/gs;
const CHARSET = /;\s*charset=/i;

/** By which servers say that they know no type. */
const NO_TYPES: readonly string[] = ['unknown/unknown', 'application/unknown', '*/*'];

function isType(text: string): boolean {
  const essence = essenceOf(text);
  return essence.includes('/') && !NO_TYPES.includes(essence);
}

/** Media types of pages, beside those that end in `+xml` (RFC 7303, 4.2). */
const PAGE_TYPES: ReadonlyMap<string, PageType> = new Map([
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/xml', 'xml'],
  ['application/xml', 'xml'],
  ['text/plain', 'text'],
  ['text/csv', 'text'],
  ['text/markdown', 'text'],
  ['text/tab-separated-values', 'text'],
  ['text/uri-list', 'text'],
]);

/**
 * Gives what a page of a Content-Type is, whatever its parameters and case; undefined for what is no page.
 *
 * None, and what names no type, counts as HTML: browsers would look at the bytes
 * (https://mimesniff.spec.whatwg.org/#determining-the-computed-mime-type-of-a-resource). A file that is gzip counts as XML: sitemaps
 * are served like that (https://www.sitemaps.org/protocol.html).
 */
export function pageTypeOf(contentType: string | null): PageType | undefined {
  const essence = essenceOf(contentType ?? '');
  const known = PAGE_TYPES.get(essence);
  if (known !== undefined) return known;
  if (!isType(essence)) return 'html';
  return essence.endsWith('+xml') || isGzip(essence) ? 'xml' : undefined;
}

/** Whether a Content-Type says that the body is a gzip file, which is not the same as its Content-Encoding. */
export function isGzipFile(contentType: string | null): boolean {
  return isGzip(essenceOf(contentType ?? ''));
}

function isGzip(essence: string): boolean {
  return essence === 'application/gzip' || essence === 'application/x-gzip';
}

/** The type without its parameters, in lower case (https://mimesniff.spec.whatwg.org/#mime-type-essence). */
function essenceOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
