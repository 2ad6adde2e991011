import { RecordError } from '../../core/errors.ts';
import { maskLineCredentials } from '../../core/urls/credentials.ts';
import { parseUrl } from '../../core/urls/parse-url.ts';
import type { TextLine } from './text-lines.ts';

const HIERARCHICAL = /^[a-z][a-z0-9+.-]*:\/\//i;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** `localhost:8080/x`: what stands before the colon is a host, since a port and then a path, a query or the end follow. */
const HOST_AND_PORT = /^[a-z0-9.-]+:\d{1,5}(?:[/?#]|$)/i;
const DROPPED_BY_PARSER = /[\t\n\r]/;

/**
 * Reads one line of a URL list as an absolute http(s) URL, by the WHATWG URL standard.
 *
 * A line without a scheme gets https://; `localhost:8080/x` is a host with a port.
 * Errors: RecordError `invalid-url` or `unsupported-scheme`.
 */
export function parseInputUrl({ text, defect }: Pick<TextLine, 'text' | 'defect'>): URL {
  if (defect === 'too-long') throw invalidInput(text, 'the line is longer than 64 KiB');
  if (defect === 'not-utf8') throw invalidInput(text, 'the line is not UTF-8');
  // The URL parser would drop tabs and line ends (a file with CR alone is one line) and join what stands around them.
  if (DROPPED_BY_PARSER.test(text))
    throw invalidInput(text, 'it contains a tab or a line end; one URL a line is expected');
  const absolute = withScheme(text);
  const url = parseUrl(absolute);
  if (url === undefined) throw invalidInput(text, 'expected an absolute URL, or a host name with an optional path');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RecordError('unsupported-scheme', `${shown(text)}: the scheme ${url.protocol} is not http: or https:`);
  }
  return url;
}

/** The failure of a line that is no URL, for `reason`. */
export function invalidInput(text: string, reason: string): RecordError {
  return new RecordError('invalid-url', `${shown(text)}: ${reason}`);
}

function withScheme(text: string): string {
  if (HIERARCHICAL.test(text)) return text;
  if (text.startsWith('//')) return `https:${text}`;
  if (SCHEME.test(text) && !HOST_AND_PORT.test(text)) return text;
  // `/path` and `?query` have no host; behind https:// the parser would take their first segment for one.
  return /^[/?#\\]/.test(text) ? text : `https://${text}`;
}

function shown(text: string): string {
  const masked = maskLineCredentials(text);
  return JSON.stringify(masked.length > 200 ? `${masked.slice(0, 200)}…` : masked);
}
