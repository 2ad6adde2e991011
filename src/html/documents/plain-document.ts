import type { Link } from '../../core/record.ts';
import { encodingOfContentType, encodingOfMeta } from '../encoding/charset.ts';
import { DocumentText } from '../encoding/document-text.ts';
import type { LinkCollector } from '../link-collector.ts';
import type { WantedDetails } from '../link-details.ts';
import type { LinkTable } from '../link-table.ts';
import type { LinkReader, PageHead } from '../page-head.ts';
import { TextLinks } from './text-links.ts';
import { XmlLinks } from './xml-links.ts';
import { XmlScanner } from './xml-scanner.ts';

/** What the documents of an extraction have in common. */
interface Shared {
  readonly table: LinkTable;
  readonly wanted: WantedDetails;
}

/** Takes a document's text and finds its links. */
interface TextSink {
  write(text: string): void;
  end(): void;
}

/** Gives the reader of a document that is XML or plain text; its links go to the collector. */
export function openPlainDocument(
  page: PageHead,
  type: 'xml' | 'text',
  { table, wanted }: Shared,
  collector: LinkCollector,
): LinkReader {
  if (type === 'text') return new PlainDocument(page, new TextLinks(collector), collector, () => undefined);
  const scanner = new XmlScanner(new XmlLinks(table, wanted, collector));
  return new PlainDocument(page, { write: (text) => scanner.write(text), end: () => {} }, collector, declaredEncoding);
}

/** Bytes in which the declaration of an encoding stands. */
const DECLARATION_LENGTH = 256;

/**
 * A document whose encoding is the one of its byte order mark, of its Content-Type, or of the declaration that
 * `declaredEncoding` finds at its beginning, in this order (RFC 7303, 3); else UTF-8. Its URLs are written in UTF-8.
 */
class PlainDocument implements LinkReader {
  readonly #page: PageHead;
  readonly #sink: TextSink;
  readonly #collector: LinkCollector;
  readonly #declaredEncoding: (beginning: string) => string | undefined;
  #text: DocumentText | undefined;
  /** The beginning, until it is long enough for a declaration. */
  #beginning = Buffer.alloc(0);

  constructor(
    page: PageHead,
    sink: TextSink,
    collector: LinkCollector,
    declaredEncoding: (beginning: string) => string | undefined,
  ) {
    this.#page = page;
    this.#sink = sink;
    this.#collector = collector;
    this.#declaredEncoding = declaredEncoding;
  }

  get baseUrl(): string {
    return this.#collector.baseUrl;
  }

  write(chunk: Uint8Array): void {
    if (this.#text === undefined) {
      this.#beginning = Buffer.concat([this.#beginning, chunk]);
      if (this.#beginning.length < DECLARATION_LENGTH) return;
      this.#open().write(this.#beginning);
    } else {
      this.#text.write(chunk);
    }
    this.#collector.settle();
  }

  end(): Link[] {
    if (this.#text === undefined) this.#open().write(this.#beginning);
    this.#text?.end();
    this.#sink.end();
    return this.#collector.links();
  }

  #open(): DocumentText {
    const sent = this.#page.contentType === null ? undefined : encodingOfContentType(this.#page.contentType);
    const declared = this.#declaredEncoding(this.#beginning.toString('latin1', 0, DECLARATION_LENGTH));
    const contentType = `text/plain;charset=${sent ?? declared ?? 'utf-8'}`;
    this.#text = new DocumentText(contentType, (text) => this.#sink.write(text));
    return this.#text;
  }
}

/** The encoding that an XML declaration names (https://www.w3.org/TR/xml/#sec-TextDecl). One that could be read is not UTF-16. */
function declaredEncoding(beginning: string): string | undefined {
  const [, label] =
    /^<\?xml[\t\n\r ][^>]*?[\t\n\r ]encoding[\t\n\r ]*=[\t\n\r ]*["']([A-Za-z][\w.-]*)["']/.exec(beginning) ?? [];
  return label === undefined ? undefined : encodingOfMeta(label);
}
