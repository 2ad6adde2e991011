import { parseUrl } from '../../core/urls/parse-url.ts';
import type { QueryEncoder } from '../encoding/query-encoder.ts';

/** Schemes whose queries are written in the document's encoding; the web socket ones are UTF-8 always. */
const ENCODED_QUERY_SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:', 'file:']);

/**
 * Resolves a URL of a document as `parseUrl` does. Gives undefined where it does not parse.
 *
 * `encodeQuery` is that of the document's encoding; without one, queries are UTF-8.
 */
export function resolveUrl(raw: string, base: string, encodeQuery?: QueryEncoder): URL | undefined {
  const url = parseUrl(raw, base);
  if (url === undefined || encodeQuery === undefined || isAscii(raw) || !raw.includes('?')) return url;
  if (!ENCODED_QUERY_SCHEMES.has(url.protocol)) return url;
  return parseUrl(withQueryEncoded(raw, encodeQuery), base);
}

/**
 * Gives the URL as the current standard writes it: `^` in paths as `%5E`, which Node 20 leaves.
 * (https://url.spec.whatwg.org/#path-percent-encode-set)
 */
export function serialize(url: URL): string {
  const { href } = url;
  if (!href.includes('^') || !url.pathname.startsWith('/')) return href;
  const end = href.search(/[?#]/);
  const path = end === -1 ? href : href.slice(0, end);
  return path.replaceAll('^', '%5E') + href.slice(path.length);
}

/**
 * Gives the base URL that a document's first `base` element with an `href` sets: its value resolved against the
 * document's own URL, which stays the base where that fails or gives data: or javascript:
 * (https://html.spec.whatwg.org/#set-the-frozen-base-url).
 */
export function baseUrl(raw: string, documentUrl: string, encodeQuery?: QueryEncoder): string {
  const url = resolveUrl(raw, documentUrl, encodeQuery);
  return url === undefined || url.protocol === 'data:' || url.protocol === 'javascript:' ? documentUrl : url.href;
}

function withQueryEncoded(raw: string, encodeQuery: QueryEncoder): string {
  // The parser drops these first, and a stateful encoding must not see them.
  const text = raw.replace(/[\t\n\r]+/g, '').replace(/[\0-\x20]+$/, '');
  const fragment = text.indexOf('#');
  const end = fragment === -1 ? text.length : fragment;
  const start = text.indexOf('?') + 1;
  if (start === 0 || start > end) return text;
  return text.slice(0, start) + encodeQuery(text.slice(start, end)) + text.slice(end);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) return false;
  }
  return true;
}
