import type { LinkDetails } from '../../core/record.ts';
import { baseUrl } from '../urls/resolve.ts';
import type { LinkRule, LinkScope } from './link-table.ts';
import type { LinkTarget, Mark } from './link-target.ts';

/** What stands around the documents that the page itself has; apart from its own links, since queries are UTF-8. */
const page: LinkScope = { key: 'srcdoc', baseUrl: (_documentUrl, documentBase) => documentBase };

/**
 * Takes what the document of an `iframe`'s `srcdoc` says of its links, and hands it on to the page's own target.
 *
 * Its URLs are relative to its own `base`, which is relative to the base of the page
 * (https://html.spec.whatwg.org/#fallback-base-url).
 */
export class NestedDocument implements LinkTarget {
  readonly #target: LinkTarget;
  readonly #scope: NestedScope;
  readonly #outerScope: LinkScope;
  readonly #rules = new Map<LinkRule, LinkRule>();

  /** `key` tells this document from the page's others; `parent` is the scope of the document that it stands in. */
  constructor(target: LinkTarget, key: string, parent: LinkScope | undefined) {
    this.#target = target;
    this.#scope = new NestedScope(key, parent);
    this.#outerScope = parent ?? page;
  }

  /** The scope of its links. */
  get scope(): LinkScope {
    return this.#scope;
  }

  add(rule: LinkRule, value: string, details?: LinkDetails): void {
    // An empty action is the document, which has no address of its own.
    if (rule.form === 'action' && value === '') return;
    let scoped = this.#rules.get(rule);
    if (scoped === undefined) {
      // A base is relative to what is around, not to itself.
      scoped = { ...rule, scope: rule.element === 'base' ? this.#outerScope : this.#scope };
      this.#rules.set(rule, scoped);
    }
    this.#target.add(scoped, value, details);
  }

  addBase(value: string | null): void {
    this.#scope.addBase(value);
  }

  mark(): Mark {
    return { ...this.#target.mark(), hasBase: this.#scope.hasBase };
  }

  truncate(mark: Mark): void {
    // The page's own base stays.
    this.#target.truncate({ ...this.#target.mark(), urls: mark.urls });
    if (!mark.hasBase) this.#scope.dropBase();
  }
}

class NestedScope implements LinkScope {
  readonly key: string;
  readonly #parent: LinkScope | undefined;
  #hasBase = false;
  #baseValue: string | null = null;
  /** The base URL that belongs to the outer one of last time. */
  #outer: string | undefined;
  #base = '';

  constructor(key: string, parent: LinkScope | undefined) {
    this.key = key;
    this.#parent = parent;
  }

  get hasBase(): boolean {
    return this.#hasBase;
  }

  addBase(value: string | null): void {
    if (this.#hasBase) return;
    this.#hasBase = true;
    this.#baseValue = value;
  }

  dropBase(): void {
    this.#hasBase = false;
    this.#baseValue = null;
  }

  baseUrl(documentUrl: string, documentBase: string): string {
    const outer = this.#parent?.baseUrl(documentUrl, documentBase) ?? documentBase;
    if (this.#outer !== outer) {
      this.#outer = outer;
      this.#base = this.#baseValue === null ? outer : baseUrl(this.#baseValue, outer);
    }
    return this.#base;
  }
}
