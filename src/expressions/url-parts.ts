import { parseUrl } from '../core/urls/parse-url.ts';
import { registrableDomain } from '../core/urls/registrable-domain.ts';

/** A URL whose host the standard leaves as it is: no user, no port, no number at its end, all in small letters. */
const PLAIN = /^https?:\/\/((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)[/?#]/;

const MAX_PLAIN_LENGTH = 200;

/** The host of most links, for a tenth of what parsing them costs; undefined where only that can tell. */
function plainHost(text: string): string | undefined {
  const host = PLAIN.exec(text)?.[1];
  // What is in Punycode, or very long, may be no host at all.
  return host === undefined || host.length > MAX_PLAIN_LENGTH || host.includes('xn--') ? undefined : host;
}

/**
 * The parts of URLs by the URL standard; each is empty where the text is no absolute URL or has no such part.
 *
 * The last URL is kept: an expression often asks for several parts of one.
 */
export class UrlParts {
  #text = '';
  #url: URL | undefined;

  /** `https`. */
  scheme(text: string): string {
    return this.#parsed(text)?.protocol.slice(0, -1) ?? '';
  }

  /** The host name in lower case without its port, an IPv6 address in brackets. */
  host(text: string): string {
    return plainHost(text) ?? this.#parsed(text)?.hostname ?? '';
  }

  /** The registrable domain by the Public Suffix List, its private part included, as for the column `internal`. */
  domain(text: string): string {
    return registrableDomain(this.host(text)) ?? '';
  }

  /** From the first slash to before `?` or `#`, percent-encoded as in the URL. */
  path(text: string): string {
    return this.#parsed(text)?.pathname ?? '';
  }

  /** The decoded value of the first query parameter of that name (https://url.spec.whatwg.org/#interface-urlsearchparams). */
  query(text: string, name: string): string {
    const url = this.#parsed(text);
    if (url === undefined || url.search === '') return '';
    return url.searchParams.get(name) ?? '';
  }

  #parsed(text: string): URL | undefined {
    if (text !== this.#text) {
      this.#url = parseUrl(text);
      this.#text = text;
    }
    return this.#url;
  }
}
