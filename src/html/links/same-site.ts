import { registrableDomain } from '../../core/urls/registrable-domain.ts';

/**
 * Whether two URLs are of one site: the same registrable domain by the Public Suffix List, its private part included,
 * as for a browser (https://html.spec.whatwg.org/#same-site, whatever the scheme). Hosts without one (addresses,
 * `localhost`) are of one site when they are equal; a URL without host is of none.
 *
 * Both are serialised by the URL standard.
 */
export function isSameSite(url: string, other: string): boolean {
  const host = hostOf(url);
  const otherHost = hostOf(other);
  if (host === otherHost) return host !== '';
  if (host === '' || otherHost === '') return false;
  const site = registrableDomain(host);
  return site !== null && site === registrableDomain(otherHost);
}

/** The host without port; empty where there is none. */
function hostOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*?)(?::\d+)?(?:[/?#]|$)/.exec(url)?.[1] ?? '';
}
