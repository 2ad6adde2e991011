import type { Link } from '../core/record.ts';
import { readAnswer } from './documents/answer-links.ts';
import { openPlainDocument } from './documents/plain-document.ts';
import { DocumentDecoder } from './encoding/document-decoder.ts';
import { QueryEncoders } from './encoding/query-encoder.ts';
import { attributesOfInterest, tagsOfInterest } from './links/interests.ts';
import { LinkCollector, type LinkRules } from './links/link-collector.ts';
import { type WantedDetails, wantedDetails } from './links/link-details.ts';
import { type HandlerOptions, LinkHandler } from './links/link-handler.ts';
import { type LinkScope, type LinkTable, linkTable, type Selection } from './links/link-table.ts';
import type { LinkTarget } from './links/link-target.ts';
import { NestedDocument } from './links/nested-document.ts';
import type { TagScanner } from './markup/tag-scanner.ts';
import { TextReferences } from './markup/text-references.ts';
import type { LinkReader, PageHead } from './page-head.ts';
import { type ScannerKind, Scanners } from './scanner/scanners.ts';

/** Which links to find. */
export interface LinkOptions {
  /** Default `hrefs`. */
  readonly select?: Selection;
  /** Schemes of the links to keep, without colon, or `any`. Default http and https. */
  readonly schemes?: readonly string[] | 'any';
  /** Default false: `a#x` and `a#y` are two links. */
  readonly stripFragment?: boolean;
  /** Default false: each distinct link of a page once. */
  readonly allOccurrences?: boolean;
  /** Default true: `noscript` counts, as in a browser that runs no scripts. */
  readonly noscript?: boolean;
  /** Default false. True: the document in the `srcdoc` of an `iframe` counts too. */
  readonly srcdoc?: boolean;
  /** Default false. True: the `Link` fields of the answer come first (RFC 8288). */
  readonly linkHeader?: boolean;
  /** Default false. True: where each redirect on the way to the page led comes before all others. */
  readonly redirects?: boolean;
  /** Characters of the longest URL; a longer one is left out. Default: only what `MAX_VALUE_LENGTH` leaves out as written. */
  readonly maxUrlLength?: number;
  /** Links of a page; RecordError `too-large` for a page that has more. Default `DEFAULT_MAX_LINKS`. */
  readonly maxLinks?: number;
  /** Names of columns that links need details for. Default none: links have URL, element and attribute. */
  readonly columns?: readonly string[];
  /** What finds the tags. Default `bytes`; they find the same, and the other one is there to compare with. */
  readonly scanner?: ScannerKind;
}

/** A page has far fewer links, and a sitemap at most half of it (https://www.sitemaps.org/protocol.html). */
export const DEFAULT_MAX_LINKS = 100_000;

/** `srcdoc` documents within each other that are read. */
const MAX_NESTING = 8;

/** Finds the links of one page after the other; what they have in common is made once. */
export interface LinkExtraction {
  /** Gives the reader of one page. */
  open(page: PageHead): LinkReader;
}

/**
 * Gives an extraction of links as a browser without scripting finds and resolves them
 * (https://html.spec.whatwg.org/#parsing).
 *
 * Errors: RangeError for a selection that can't be read. Bound for each page: see TagScanner and LinkCollector.
 */
export function linkExtraction(options: LinkOptions = {}): LinkExtraction {
  const { select = 'hrefs', noscript = true, srcdoc = false, linkHeader = false, redirects = false } = options;
  const wanted = wantedDetails(options.columns ?? []);
  const table = linkTable(select);
  const shared: Shared = {
    table,
    wanted,
    rules: linkRules(options, wanted),
    noscript,
    srcdoc,
    scanners: new Scanners(options.scanner ?? 'bytes', {
      tags: tagsOfInterest({ table, wanted, srcdoc }),
      attributes: attributesOfInterest({ table, wanted, srcdoc }),
    }),
    textReferences: new TextReferences(),
    queryEncoders: new QueryEncoders(),
  };
  return {
    open: (page) => {
      const collector = new LinkCollector(page.finalUrl, shared.rules);
      if (redirects || linkHeader) readAnswer(page, { redirects, linkHeader, wanted }, collector);
      if (page.type === 'xml' || page.type === 'text') return openPlainDocument(page, page.type, shared, collector);
      return new LinkExtractor(page, shared, collector);
    },
  };
}

function linkRules(options: LinkOptions, wanted: WantedDetails): LinkRules {
  const { schemes = ['http', 'https'], stripFragment = false, allOccurrences = false } = options;
  return {
    schemes: schemes === 'any' ? 'any' : new Set(schemes.map((scheme) => `${scheme.toLowerCase()}:`)),
    stripFragment,
    allOccurrences,
    maxUrlLength: options.maxUrlLength ?? Number.POSITIVE_INFINITY,
    maxLinks: options.maxLinks ?? DEFAULT_MAX_LINKS,
    hasDetails: wanted.position || wanted.text || wanted.attributes.size > 0,
  };
}

/** https://html.spec.whatwg.org/#the-xhtml-syntax */
function isXhtml(contentType: string | null): boolean {
  return contentType !== null && /^[\t ]*application\/xhtml\+xml[\t ]*(?:;|$)/i.test(contentType);
}

/** What all pages of an extraction use; no page's state is in it. */
interface Shared {
  readonly table: LinkTable;
  readonly wanted: WantedDetails;
  readonly rules: LinkRules;
  readonly noscript: boolean;
  readonly srcdoc: boolean;
  readonly scanners: Scanners;
  readonly textReferences: TextReferences;
  readonly queryEncoders: QueryEncoders;
}

class LinkExtractor implements LinkReader {
  readonly #shared: Shared;
  readonly #decoder: DocumentDecoder;
  readonly #handler: LinkHandler;
  readonly #scanner: TagScanner;
  readonly #collector: LinkCollector;
  #encoding = 'utf-8';
  /** `srcdoc` documents so far. */
  #nested = 0;

  constructor(page: PageHead, shared: Shared, collector: LinkCollector) {
    this.#shared = shared;
    this.#collector = collector;
    const decoder = new DocumentDecoder(page.contentType, (bytes) => this.#scanner.write(bytes));
    this.#decoder = decoder;
    this.#handler = this.#makeHandler(collector, 0, undefined, { encoding: decoder, isXml: isXhtml(page.contentType) });
    this.#scanner = shared.scanners.open(this.#handler, decoder);
  }

  get baseUrl(): string {
    return this.#collector.baseUrl;
  }

  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk);
    this.#settle();
  }

  end(): Link[] {
    this.#decoder.end();
    this.#scanner.end();
    this.#handler.end();
    this.#settle();
    return this.#collector.links();
  }

  #makeHandler(
    target: LinkTarget,
    depth: number,
    scope: LinkScope | undefined,
    own?: Pick<HandlerOptions, 'encoding' | 'isXml'>,
  ): LinkHandler {
    const { table, wanted, noscript, srcdoc, textReferences: references } = this.#shared;
    const readSrcdoc =
      srcdoc && depth < MAX_NESTING ? (html: string) => this.#readSrcdoc(html, depth + 1, scope) : undefined;
    return new LinkHandler(target, { table, wanted, references, noscript, ...own, readSrcdoc });
  }

  /** Reads a document that is a value in another one, whose scope is `parent`. */
  #readSrcdoc(html: string, depth: number, parent: LinkScope | undefined): void {
    this.#nested += 1;
    const nested = new NestedDocument(this.#collector, `srcdoc ${this.#nested}`, parent);
    const handler = this.#makeHandler(nested, depth, nested.scope);
    const decoder = new DocumentDecoder('text/html;charset=utf-8', (bytes) => scanner.write(bytes));
    const scanner = this.#shared.scanners.open(handler, decoder);
    decoder.write(Buffer.from(html));
    decoder.end();
    scanner.end();
    handler.end();
  }

  #settle(): void {
    const { encoding } = this.#decoder;
    if (encoding !== this.#encoding) {
      this.#encoding = encoding;
      const encoder = this.#shared.queryEncoders.encoderOf(encoding);
      if (encoder !== undefined) this.#collector.useEncoder(encoder);
    }
    this.#collector.settle();
  }
}
