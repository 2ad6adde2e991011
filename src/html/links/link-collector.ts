import { RecordError } from '../../core/errors.ts';
import type { Link, LinkDetails } from '../../core/record.ts';
import type { QueryEncoder } from '../encoding/query-encoder.ts';
import { keyOf, LinkResolver, type UrlRules } from '../urls/link-resolver.ts';
import { refreshUrl, srcsetUrls, tokenUrls } from '../urls/url-lists.ts';
import { detached } from './link-details.ts';
import type { LinkRule } from './link-table.ts';
import type { LinkTarget, Mark } from './link-target.ts';

/** Which of a page's URLs become links, and how they are written. */
export interface LinkRules extends UrlRules {
  /** False: each distinct link of the page once. */
  readonly allOccurrences: boolean;
  /** URLs of a page, each distinct one counted once unless all occurrences are asked for. */
  readonly maxLinks: number;
  /** Whether links have their positions, and details where they were given. */
  readonly hasDetails: boolean;
}

/** The URLs of a page may have so many characters for each of `maxLinks`: short ones can come to long ones by a long base. */
const MEAN_URL_LENGTH = 512;

/**
 * Gathers a page's links from the values of its attributes, and resolves them.
 *
 * Values are resolved as they come, against the base known so far, and again when the page turns out to have another
 * base or encoding: a `base` counts for the links before it too. Order: as the values came.
 * Bound: `maxLinks` URLs as written, and their links of 512 characters on average; none of the page's text is kept alive.
 * Errors: RecordError `too-large` for a page that has more.
 */
export class LinkCollector implements LinkTarget {
  readonly #documentUrl: string;
  readonly #rules: LinkRules;
  readonly #resolver: LinkResolver;
  #hasBase = false;

  /** URLs as written, from the beginning of the page, each with its rule; without `allOccurrences` the distinct ones. */
  readonly #urls: string[] = [];
  readonly #sources: LinkRule[] = [];
  /** Empty where details are not asked for. */
  readonly #details: (LinkDetails | undefined)[] = [];
  /** How many of these are resolved. */
  #settled = 0;
  /** Without `allOccurrences`: the keys of what is in that list. */
  readonly #known = new Set<string>();
  /** With it: what each key came to; undefined where it is no link. */
  readonly #resolved = new Map<string, string | undefined>();
  readonly #found = new Set<string>();
  /** The links' URLs, and the place of each in the list of URLs as written. */
  #linkUrls: string[] = [];
  #linkPlaces: number[] = [];
  #characters = 0;

  constructor(documentUrl: string, rules: LinkRules) {
    this.#documentUrl = documentUrl;
    this.#rules = rules;
    this.#resolver = new LinkResolver(documentUrl, rules);
  }

  /** What the links of the document are relative to, as far as it is known. */
  get baseUrl(): string {
    return this.#resolver.base;
  }

  add(rule: LinkRule, value: string, details?: LinkDetails): void {
    switch (rule.form) {
      case 'hyperlink':
      case 'action':
        this.#addUrl(rule, value, details);
        break;
      case 'resource':
        if (value !== '') this.#addUrl(rule, value, details);
        break;
      case 'tokens':
        for (const url of tokenUrls(value)) this.#addUrl(rule, detached(url), details);
        break;
      case 'srcset':
        for (const url of srcsetUrls(value)) this.#addUrl(rule, detached(url), details);
        break;
      case 'refresh': {
        const url = refreshUrl(value);
        if (url !== undefined && url !== '') this.#addUrl(rule, detached(url), details);
      }
    }
  }

  addBase(value: string | null): void {
    if (this.#hasBase) return;
    this.#hasBase = true;
    if (value !== null && this.#resolver.useBase(value)) this.#forget();
  }

  /** Takes the document's encoding, once it is known not to be UTF-8. */
  useEncoder(encodeQuery: QueryEncoder): void {
    this.#resolver.useEncoder(encodeQuery);
    this.#forget();
  }

  mark(): Mark {
    return { urls: this.#urls.length, hasBase: this.#hasBase };
  }

  truncate({ urls, hasBase }: Mark): void {
    // What it costs is what is dropped: a page can have any number of documents that drop something.
    for (let index = urls; index < this.#urls.length; index += 1) {
      const source = this.#sources[index];
      if (source !== undefined) this.#known.delete(keyOf(this.#urls[index] ?? '', source));
    }
    this.#urls.length = urls;
    this.#sources.length = urls;
    if (this.#rules.hasDetails) this.#details.length = urls;
    const isBaseDropped = this.#hasBase && !hasBase;
    this.#hasBase = hasBase;
    if (isBaseDropped) this.#resolver.dropBase();
    if (isBaseDropped || urls < this.#settled) this.#forget();
  }

  /** Resolves what was taken. Called after each piece of the page, once it is known what that says of the encoding. */
  settle(): void {
    for (; this.#settled < this.#urls.length; this.#settled += 1) {
      const source = this.#sources[this.#settled];
      if (source !== undefined) this.#settle(this.#urls[this.#settled] ?? '', source);
    }
  }

  /** Gives the links, in document order. Called once, at the page's end. */
  links(): Link[] {
    this.settle();
    // What they were found with goes first: on a large page it takes more memory than they do.
    this.#known.clear();
    this.#resolved.clear();
    this.#found.clear();
    const { hasDetails } = this.#rules;
    return this.#linkUrls.map((url, index) => {
      const place = this.#linkPlaces[index] ?? 0;
      const { element = '', attribute = '' } = this.#sources[place] ?? {};
      if (!hasDetails) return { url, element, attribute };
      const details = this.#details[place];
      const position = index + 1;
      return details === undefined
        ? { url, element, attribute, position }
        : { url, element, attribute, position, details };
    });
  }

  #addUrl(rule: LinkRule, url: string, details: LinkDetails | undefined): void {
    const { allOccurrences, hasDetails, maxLinks } = this.#rules;
    if (!allOccurrences && !isAdded(this.#known, keyOf(url, rule))) return;
    if (this.#urls.length === maxLinks) throw tooLarge(this.#documentUrl, `more than ${maxLinks} links`);
    this.#urls.push(url);
    this.#sources.push(rule);
    if (hasDetails) this.#details.push(details);
  }

  #settle(raw: string, source: LinkRule): void {
    const url = this.#linkOf(raw, source);
    if (url === undefined) return;
    if (!this.#rules.allOccurrences) {
      if (!isAdded(this.#found, url)) return;
      this.#count(url);
    }
    this.#linkUrls.push(url);
    this.#linkPlaces.push(this.#settled);
  }

  #linkOf(raw: string, source: LinkRule): string | undefined {
    if (!this.#rules.allOccurrences) return this.#resolver.resolve(raw, source);
    const key = keyOf(raw, source);
    if (this.#resolved.has(key)) return this.#resolved.get(key);
    const url = this.#resolver.resolve(raw, source);
    this.#resolved.set(key, url);
    if (url !== undefined) this.#count(url);
    return url;
  }

  #count(url: string): void {
    this.#characters += url.length;
    const most = this.#rules.maxLinks * MEAN_URL_LENGTH;
    if (this.#characters > most) throw tooLarge(this.#documentUrl, `links of more than ${most} characters`);
  }

  #forget(): void {
    this.#settled = 0;
    this.#resolved.clear();
    this.#found.clear();
    this.#linkUrls = [];
    this.#linkPlaces = [];
    this.#characters = 0;
  }
}

function tooLarge(documentUrl: string, what: string): RecordError {
  return new RecordError('too-large', `${documentUrl}: the page has ${what}`);
}

/** Adds to a set; true if it is new there. Looks it up once. */
function isAdded(set: Set<string>, key: string): boolean {
  const { size } = set;
  return set.add(key).size > size;
}
