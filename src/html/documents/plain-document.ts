import type { Link } from '../../core/record.ts';
import type { LinkCollector } from '../links/link-collector.ts';
import type { WantedDetails } from '../links/link-details.ts';
import type { LinkTable } from '../links/link-table.ts';
import type { LinkReader, PageHead } from '../page-head.ts';
import { DeclaredText } from './declared-text.ts';
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
  { contentType }: PageHead,
  type: 'xml' | 'text',
  { table, wanted }: Shared,
  collector: LinkCollector,
): LinkReader {
  const sink = type === 'text' ? new TextLinks(collector) : xmlSink(table, wanted, collector);
  const text = new DeclaredText(contentType, type === 'xml', (piece) => sink.write(piece));
  return new PlainDocument(text, sink, collector);
}

function xmlSink(table: LinkTable, wanted: WantedDetails, collector: LinkCollector): TextSink {
  const scanner = new XmlScanner(new XmlLinks(table, wanted, collector));
  return { write: (text) => scanner.write(text), end: () => {} };
}

/** A document that is no HTML; for its encoding see DeclaredText. Its URLs are written in UTF-8. */
class PlainDocument implements LinkReader {
  readonly #text: DeclaredText;
  readonly #sink: TextSink;
  readonly #collector: LinkCollector;

  constructor(text: DeclaredText, sink: TextSink, collector: LinkCollector) {
    this.#text = text;
    this.#sink = sink;
    this.#collector = collector;
  }

  get baseUrl(): string {
    return this.#collector.baseUrl;
  }

  write(chunk: Uint8Array): void {
    this.#text.write(chunk);
    this.#collector.settle();
  }

  end(): Link[] {
    this.#text.end();
    this.#sink.end();
    return this.#collector.links();
  }
}
