import { basicAuthorizationOf } from '../headers/basic-authorization.ts';

/** An HTTP proxy (RFC 9110, 3.7). */
export interface HttpProxy {
  /** How the proxy itself is spoken to. */
  readonly protocol: 'http:' | 'https:';
  /** Name or address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `http://proxy.example:3128`, without credentials: for messages. */
  readonly shown: string;
  /** The value of Proxy-Authorization, where the proxy wants one. */
  readonly authorization: string | undefined;
}

/** What a proxy is expected to look like, for messages. */
export const PROXY_FORM = 'http://host[:port] or https://host[:port] (user:password@ may stand before the host)';

/**
 * Reads a proxy's URL; without a scheme it is http. Undefined for what is no http(s) URL, or one with more than an origin
 * and credentials in it.
 */
export function parseProxy(text: string): HttpProxy | undefined {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (/\s/.test(text) || !URL.canParse(absolute)) return undefined;
  const url = new URL(absolute);
  const { protocol } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined;
  return {
    protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (protocol === 'https:' ? 443 : 80)),
    shown: url.origin,
    authorization: url.username === '' && url.password === '' ? undefined : basicAuthorizationOf(url),
  };
}
