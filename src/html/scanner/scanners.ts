import type { DocumentDecoder } from '../encoding/document-decoder.ts';
import { AttributeDecoder } from '../markup/attribute-decoder.ts';
import type { Decoding, TagHandler, TagScanner } from '../markup/tag-scanner.ts';
import { ByteScanner } from './byte-scanner.ts';
import { ATTRIBUTE_NAME_CODES, TAG_NAME_CODES } from './bytes.ts';
import { rawElements } from './content/raw-text-reader.ts';
import { HtmlparserScanner } from './htmlparser-scanner.ts';
import { NameCache, type NamesOfInterest } from './names/name-cache.ts';
import { JsMarkupSkipper, type MarkupSkipper, markupSkipper } from './skipper/markup-skipper.ts';

/** The scanners that there are: our own, the same without WebAssembly, and the one they are measured by. */
export type ScannerKind = 'bytes' | 'bytes-js' | 'htmlparser2';

/** What a handler has to be told of; the same for all documents. */
export interface Interest {
  /** Where the handler's `isPlain` is true. */
  readonly tags: NamesOfInterest;
  readonly attributes: NamesOfInterest;
}

/** What a value may have that does not stand for itself. */
const TO_DECODE = /[\0&\x80-\xff]/;

/** Makes the scanners of one document after the other; keeps what they have in common. */
export class Scanners {
  readonly #kind: ScannerKind;
  readonly #references = new AttributeDecoder();
  readonly #names;
  /** Made with the first document. */
  #skipper: MarkupSkipper | undefined;

  constructor(kind: ScannerKind, { tags, attributes }: Interest) {
    this.#kind = kind;
    this.#names = {
      tags: new NameCache(TAG_NAME_CODES, tags, rawElements),
      attributes: new NameCache(ATTRIBUTE_NAME_CODES, attributes),
    };
  }

  /** Gives the scanner of a document, for the bytes that `decoder` emits. */
  open(handler: TagHandler, decoder: DocumentDecoder): TagScanner {
    const references = this.#references;
    const decoding: Decoding = {
      text: (raw, isComplete) => decoder.textOf(raw, isComplete),
      value: (raw) => (TO_DECODE.test(raw) ? references.decode(decoder.textOf(raw, true)) : raw),
    };
    if (this.#kind === 'htmlparser2') return new HtmlparserScanner(handler, decoding);
    this.#skipper ??= this.#kind === 'bytes' ? markupSkipper(this.#names) : new JsMarkupSkipper(this.#names.tags);
    return new ByteScanner(handler, this.#names, this.#skipper, decoding);
  }
}
