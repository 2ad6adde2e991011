import { DeclaredText } from './declared-text.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { decodeXml, elementOf, undecodedXml } from './xml-text.ts';

/** What a sitemap says of a URL; all of it as written, trimmed. */
export interface SitemapEntry {
  readonly loc?: string;
  readonly lastmod?: string;
  readonly changefreq?: string;
  readonly priority?: string;
}

/** What was found in a document: URLs, further sitemaps, or nothing of a sitemap. */
export interface SitemapContent {
  readonly kind: 'urlset' | 'sitemapindex' | 'other';
  /** False where the XML ends before its root element does. Of a text, nothing tells. */
  readonly isWhole: boolean;
  /** In order; those without a `loc` are left out. */
  readonly entries: readonly SitemapEntry[];
}

/** Characters of a value; a longer one is cut there, and is no URL then that a server would take. */
const MAX_VALUE_LENGTH = 65_536;

/**
 * Reads a sitemap or a sitemap index (https://www.sitemaps.org/protocol.html) in pieces; a text (`isText`) has a URL a line.
 *
 * Bound: the entries. Nothing is an error: what is broken gives what it has up to there.
 */
export class SitemapDocument {
  readonly #entries = new EntryGatherer();
  readonly #text: DeclaredText;
  readonly #isText: boolean;
  #line = '';

  constructor(contentType: string | null, isText: boolean) {
    const scanner = new XmlScanner(this.#entries);
    this.#isText = isText;
    this.#text = new DeclaredText(contentType, !isText, (text) =>
      isText ? this.#readLines(text) : scanner.write(text),
    );
  }

  /** Takes the next bytes. Their memory is not used afterwards. */
  write(chunk: Uint8Array): void {
    this.#text.write(chunk);
  }

  /** Called once, after the last bytes. */
  end(): SitemapContent {
    this.#text.end();
    if (this.#isText) this.#readLines('\n');
    const { kind, isOver } = this.#entries;
    const entries = this.#entries.end();
    return this.#isText ? { kind: 'urlset', isWhole: true, entries } : { kind, isWhole: isOver, entries };
  }

  #readLines(text: string): void {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const [index, line] of lines.entries()) this.#entries.add({ loc: index === 0 ? this.#line + line : line });
    const rest = lines.length === 0 ? this.#line + last : last;
    this.#line = rest.slice(0, MAX_VALUE_LENGTH);
  }
}

const FIELDS: ReadonlySet<string> = new Set(['loc', 'lastmod', 'changefreq', 'priority']);

type Field = keyof SitemapEntry;

/** Gathers the entries of XML. An entry is over where the next one begins: end tags are not told apart. */
class EntryGatherer implements XmlHandler {
  kind: SitemapContent['kind'] = 'other';
  /** Whether the root has ended. What stands behind it is read all the same. */
  isOver = false;
  readonly #entries: SitemapEntry[] = [];
  #entry: { -readonly [Key in Field]?: string } | undefined;
  #field: Field | undefined;
  #text = '';

  add(entry: SitemapEntry): void {
    const loc = entry.loc?.trim();
    if (loc) this.#entries.push({ ...entry, loc });
  }

  end(): readonly SitemapEntry[] {
    if (this.#entry !== undefined) this.add(this.#entry);
    this.#entry = undefined;
    return this.#entries;
  }

  openTag(name: string, _attributes: () => ReadonlyMap<string, string>, isSelfClosing: boolean): void {
    const element = elementOf(name);
    this.#field = undefined;
    if (this.kind === 'other') {
      if (element !== 'urlset' && element !== 'sitemapindex') return;
      this.kind = element;
      this.isOver = isSelfClosing;
    } else if (element === 'url' || element === 'sitemap') {
      this.end();
      this.#entry = {};
    } else if (FIELDS.has(element) && !isSelfClosing) {
      this.#field = element as Field;
      this.#text = '';
    }
  }

  closeTag(name: string): void {
    if (!this.isOver && elementOf(name) === this.kind) this.isOver = true;
    const field = this.#field;
    this.#field = undefined;
    if (field === undefined || this.#entry === undefined) return;
    // A string of its own, so that none keeps the document.
    this.#entry[field] ??= Buffer.from(decodeXml(this.#text).trim()).toString();
  }

  wantsText(): boolean {
    return this.#field !== undefined && this.#text.length < MAX_VALUE_LENGTH;
  }

  text(text: string, isLiteral: boolean): void {
    this.#text += undecodedXml(text, isLiteral);
  }
}
