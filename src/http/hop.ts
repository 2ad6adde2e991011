import type { HeaderUse } from './headers/request-headers.ts';

/** A request within an attempt: the line's own, or where a redirect led. */
export type Hop = HeaderUse;

/** The request for the line's own URL. */
export function firstHop(url: URL): Hop {
  return { url, isTrusted: true, isExposed: false, credentials: credentialsOf(url) };
}

/** Where a redirect leads. Nothing secret goes to another origin, nor on from there. */
export function nextHop(hop: Hop, target: URL): Hop {
  const isSameOrigin = hop.url.origin === target.origin;
  const own = credentialsOf(target);
  return {
    url: target,
    isTrusted: hop.isTrusted && isSameOrigin,
    isExposed: hop.isExposed || (hop.url.protocol === 'https:' && target.protocol === 'http:'),
    credentials: own ?? (isSameOrigin ? hop.credentials : undefined),
  };
}

function credentialsOf(url: URL): URL | undefined {
  return url.username === '' && url.password === '' ? undefined : url;
}
