import { type Cookie, CookieJar, getPublicSuffix } from 'tough-cookie';
import { CountingStore } from './cookie-store.ts';

/** Bounds of what a run keeps. RFC 6265, 6.1 names the first two as the least that a client should. */
const COOKIE_MAX_BYTES = 4_096;
const COOKIES_PER_SITE_MAX = 50;
const SITES_MAX = 10_000;
const TOTAL_MAX_BYTES = 32_000_000;

/**
 * The cookies of a run (RFC 6265, with the SameSite attribute and prefixes of its successor).
 *
 * Sites are kept apart: a site is a registrable domain with all below it (by the Public Suffix List), or an address.
 * Bound: 50 cookies of 4 KB a site, 10,000 sites, 32 MB of text in all; the sites that were not asked for longest go first.
 */
export class Cookies {
  /** The one that was used last at the end. */
  readonly #sites = new Map<string, SiteCookies>();
  #bytes = 0;

  /** Sites that something is kept of. */
  get siteCount(): number {
    return this.#sites.size;
  }

  /**
   * The fields of a request (names and values in turn) with the cookies for its URL; `fields` itself where there are none.
   *
   * `from` is the line's own URL: strict cookies go only where all of the way is within one site. A Cookie field that
   * is there already is kept, and goes first.
   */
  addTo(fields: string[], url: URL, from: URL): string[] {
    const name = siteOf(url);
    const site = this.#sites.get(name);
    if (site === undefined) return fields;
    this.#touch(name, site);
    const sameSiteContext = siteOf(from) === name ? 'strict' : 'lax';
    const text = site.jar.getCookieStringSync(url.href, { sameSiteContext });
    if (text === '') return fields;
    const own = fields.findIndex((field, index) => index % 2 === 0 && field === 'cookie');
    return own === -1 ? [...fields, 'cookie', text] : fields.with(own + 1, `${fields[own + 1]}; ${text}`);
  }

  /** Takes in what an answer's Set-Cookie fields say. Gives true if a cookie came, changed or went. */
  store(url: URL, fields: string | readonly string[] | undefined): boolean {
    if (fields === undefined) return false;
    const name = siteOf(url);
    const site = this.#sites.get(name) ?? newSite();
    const { bytes: bytesBefore, stored: storedBefore } = site;
    const changesBefore = site.store.changes;
    for (const field of typeof fields === 'string' ? [fields] : fields) setCookie(site, field, url);
    if (site.stored === storedBefore) return false;
    if (site.stored > COOKIES_PER_SITE_MAX) prune(site);
    this.#bytes += site.bytes - bytesBefore;
    this.#touch(name, site);
    this.#dropOldest();
    return site.store.changes !== changesBefore;
  }

  #touch(name: string, site: SiteCookies): void {
    this.#sites.delete(name);
    this.#sites.set(name, site);
  }

  #dropOldest(): void {
    for (const [name, site] of this.#sites) {
      if (this.#sites.size <= SITES_MAX && this.#bytes <= TOTAL_MAX_BYTES) return;
      this.#sites.delete(name);
      this.#bytes -= site.bytes;
    }
  }
}

/** The cookies of one site. Counts are of all that were stored since the last look at what is really there. */
interface SiteCookies {
  readonly jar: CookieJar;
  readonly store: CountingStore;
  stored: number;
  bytes: number;
}

/** The registrable domain; for an address and for what is a public suffix itself, the host. Ports don't count (RFC 6265, 8.5). */
function siteOf({ hostname }: URL): string {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return getPublicSuffix(host, { ignoreError: true }) ?? host;
}

function newSite(): SiteCookies {
  const store = new CountingStore();
  return { store, jar: new CookieJar(store, { prefixSecurity: 'silent' }), stored: 0, bytes: 0 };
}

/** What is no cookie, or one that its host may not set, is passed over. */
function setCookie(site: SiteCookies, field: string, url: URL): void {
  if (field.length > COOKIE_MAX_BYTES) return;
  if (site.jar.setCookieSync(field, url.href, { ignoreError: true }) === undefined) return;
  site.stored += 1;
  site.bytes += field.length;
}

/** Counts what is there, and takes out the oldest beyond the bound. */
function prune(site: SiteCookies): void {
  // The store in memory calls back before it returns.
  site.store.getAllCookies((_error, all = []) => {
    const oldestFirst = all.toSorted((one, other) => one.creationIndex - other.creationIndex);
    const kept = oldestFirst.splice(-COOKIES_PER_SITE_MAX);
    for (const { domain, path, key } of oldestFirst) site.store.removeCookie(domain ?? '', path ?? '', key, ignore);
    site.stored = kept.length;
    site.bytes = kept.reduce((sum, cookie) => sum + bytesOf(cookie), 0);
  });
}

function bytesOf(cookie: Cookie): number {
  return cookie.toString().length;
}

function ignore(): void {}
