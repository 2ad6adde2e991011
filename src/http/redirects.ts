import { RecordError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Redirect } from '../core/record.ts';
import { parseUrl } from '../core/urls/parse-url.ts';
import type { Head } from './exchange/exchange.ts';

/** Whether a status is a redirect that is followed (https://fetch.spec.whatwg.org/#redirect-status). */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** The URL without user name and password: for messages, and for all that leaves this program. */
export function withoutCredentials(url: URL): string {
  if (url.username === '' && url.password === '') return url.href;
  const bare = new URL(url.href);
  bare.username = '';
  bare.password = '';
  return bare.href;
}

const SHOWN_LOCATION_MAX = 200;

/** How far redirects are followed. */
export interface RedirectLimits {
  readonly maxRedirects: number;
  /** True: they may lead back, since a cookie was set on the way that may change the answer. */
  readonly mayLeadBack: boolean;
}

/**
 * Where a redirect leads: its Location resolved against `url`, whose fragment is carried over unless it has its own
 * (https://fetch.spec.whatwg.org/#concept-response-location-url).
 *
 * `chain` holds the redirects before this one. Errors: RecordError `bad-redirect`, `unsupported-scheme`,
 * `redirect-loop` or `too-many-redirects`.
 */
export function redirectTarget(url: URL, head: Head, chain: readonly Redirect[], limits: RedirectLimits): URL {
  const shownUrl = withoutCredentials(url);
  const { location: field } = head.headers;
  const location = typeof field === 'string' ? field : field?.[0];
  if (location === undefined) {
    throw new RecordError('bad-redirect', `${shownUrl}: redirect (${head.status}) without a Location`);
  }
  const text = locationText(location);
  const target = parseUrl(text, url.href);
  if (target === undefined) {
    const shown = printable(location, SHOWN_LOCATION_MAX);
    throw new RecordError('bad-redirect', `${shownUrl}: redirect to what is no URL: ${shown}`);
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new RecordError(
      'unsupported-scheme',
      `${shownUrl}: redirect to a URL that is not http(s): ${target.protocol}`,
    );
  }
  if (target.hash === '') target.hash = url.hash;
  if (!limits.mayLeadBack) refuseLoop(url, target, head, chain);
  if (chain.length >= limits.maxRedirects) {
    throw new RecordError('too-many-redirects', `${shownUrl}: more than ${limits.maxRedirects} redirects`);
  }
  return target;
}

/** Field values come as Latin-1; what browsers and servers put there beyond ASCII is UTF-8. */
function locationText(location: string): string {
  const bytes = Buffer.from(location, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? location : text;
}

function refuseLoop(url: URL, target: URL, head: Head, chain: readonly Redirect[]): void {
  const wanted = withoutFragment(target);
  const isKnown = wanted === withoutFragment(url) || chain.some((redirect) => sameUrl(redirect.url, wanted));
  if (!isKnown) return;
  // Not kept, so the server would ask for it again and again.
  const hint =
    head.headers['set-cookie'] === undefined ? '' : '; it sets a cookie, which it may wait for (see cookies)';
  throw new RecordError('redirect-loop', `${wanted}: the redirects lead back here${hint}`);
}

function sameUrl(href: string, wanted: string): boolean {
  return href === wanted || href.startsWith(`${wanted}#`);
}

function withoutFragment(url: URL): string {
  const href = withoutCredentials(url);
  const index = href.indexOf('#');
  return index === -1 ? href : href.slice(0, index);
}
