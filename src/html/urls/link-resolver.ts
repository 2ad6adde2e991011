import type { QueryEncoder } from '../encoding/query-encoder.ts';
import type { LinkRule } from '../links/link-table.ts';
import { baseUrl, resolveUrl, serialize } from './resolve.ts';
import { schemeOf, UrlBase } from './url-base.ts';

/** Which URLs are links, and how they are written. */
export interface UrlRules {
  /** Schemes with their colon (`https:`), or `any`. */
  readonly schemes: ReadonlySet<string> | 'any';
  readonly stripFragment: boolean;
  /** Characters of the longest URL; a longer one is no link. */
  readonly maxUrlLength: number;
}

/** What can't be in a value: the tokenizer has replaced it. */
const SEPARATOR = '\0';

/** Resolves the URLs of a document as far as its base and encoding are known. */
export class LinkResolver {
  readonly #documentUrl: string;
  readonly #rules: UrlRules;
  #base: string;
  #baseValue: string | undefined;
  #encodeQuery: QueryEncoder | undefined;
  /** The base that was used last. */
  #simpleBase: UrlBase | undefined;

  constructor(documentUrl: string, rules: UrlRules) {
    this.#documentUrl = documentUrl;
    this.#base = documentUrl;
    this.#rules = rules;
  }

  /** The document's base URL. */
  get base(): string {
    return this.#base;
  }

  /** Takes the value of the `base` element. True if the base is another one now. */
  useBase(value: string): boolean {
    this.#baseValue = value;
    const before = this.#base;
    this.#base = baseUrl(value, this.#documentUrl, this.#encodeQuery);
    return this.#base !== before;
  }

  /** Forgets the `base` element: the document has it no more. */
  dropBase(): void {
    this.#baseValue = undefined;
    this.#base = this.#documentUrl;
  }

  /** Takes the document's encoding: it counts for the base as well. */
  useEncoder(encodeQuery: QueryEncoder): void {
    this.#encodeQuery = encodeQuery;
    if (this.#baseValue !== undefined) this.useBase(this.#baseValue);
  }

  /** Gives the link that a URL as written stands for; undefined where it is none. */
  resolve(raw: string, source: LinkRule): string | undefined {
    const base = isOfDocument(raw, source) ? this.#documentUrl : this.#baseOf(source);
    // An empty action is the document with all of its URL; else an empty URL is its base without fragment.
    const reference = raw === '' && source.form === 'action' ? base : raw;
    const link = this.#simple(reference, base) ?? this.#parse(reference, base, source);
    return link === undefined || link.length > this.#rules.maxUrlLength ? undefined : link;
  }

  /** Resolves what does not take the parser: most references. */
  #simple(reference: string, base: string): string | undefined {
    if (this.#simpleBase?.text !== base) this.#simpleBase = new UrlBase(base);
    const url = this.#simpleBase.resolve(reference);
    if (url === undefined) return undefined;
    const { schemes, stripFragment } = this.#rules;
    if (schemes !== 'any' && !schemes.has(url.startsWith('https') ? 'https:' : 'http:')) return undefined;
    const fragment = stripFragment ? url.indexOf('#') : -1;
    return fragment === -1 ? url : url.slice(0, fragment);
  }

  #parse(reference: string, base: string, { scope }: LinkRule): string | undefined {
    const { schemes, stripFragment } = this.#rules;
    if (schemes !== 'any') {
      const scheme = schemeOf(reference);
      if (scheme !== undefined && !schemes.has(scheme)) return undefined;
    }
    const url = resolveUrl(reference, base, scope === undefined ? this.#encodeQuery : undefined);
    if (url === undefined || (schemes !== 'any' && !schemes.has(url.protocol))) return undefined;
    if (stripFragment) url.hash = '';
    return serialize(url);
  }

  #baseOf({ scope }: LinkRule): string {
    return scope === undefined ? this.#base : scope.baseUrl(this.#documentUrl, this.#base);
  }
}

/** Gives what stands for all URLs as written that come to the same. */
export function keyOf(raw: string, source: LinkRule): string {
  if (source.scope !== undefined) return `${SEPARATOR}${source.scope.key}${SEPARATOR}${raw}`;
  return isOfDocument(raw, source) ? `${SEPARATOR}${source.form}${raw}` : raw;
}

/** True for what is relative to the document itself, whatever its base. */
function isOfDocument(raw: string, source: LinkRule): boolean {
  if (source.scope !== undefined) return false;
  return source.element === 'base' || (raw === '' && source.form === 'action');
}
