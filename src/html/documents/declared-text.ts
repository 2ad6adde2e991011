import { encodingOfContentType, encodingOfMeta } from '../encoding/charset.ts';
import { DocumentText } from '../encoding/document-text.ts';

/** Bytes in which the declaration of an encoding stands. */
const DECLARATION_LENGTH = 256;

/**
 * Turns the bytes of a document that is no HTML into text. Its encoding is that of its byte order mark, of its Content-Type,
 * or of its XML declaration where `hasDeclaration`, in this order (RFC 7303, 3); else UTF-8.
 */
export class DeclaredText {
  readonly #contentType: string | null;
  readonly #hasDeclaration: boolean;
  readonly #emit: (text: string) => void;
  #text: DocumentText | undefined;
  /** The beginning, until it is long enough for a declaration. */
  #beginning = Buffer.alloc(0);

  constructor(contentType: string | null, hasDeclaration: boolean, emit: (text: string) => void) {
    this.#contentType = contentType;
    this.#hasDeclaration = hasDeclaration;
    this.#emit = emit;
  }

  /** Takes the next bytes. Their memory is not used afterwards. */
  write(chunk: Uint8Array): void {
    if (this.#text !== undefined) {
      this.#text.write(chunk);
      return;
    }
    this.#beginning = Buffer.concat([this.#beginning, chunk]);
    if (this.#beginning.length >= DECLARATION_LENGTH) this.#open().write(this.#beginning);
  }

  /** Called once, after the last bytes. */
  end(): void {
    if (this.#text === undefined) this.#open().write(this.#beginning);
    this.#text?.end();
  }

  #open(): DocumentText {
    const sent = this.#contentType === null ? undefined : encodingOfContentType(this.#contentType);
    const beginning = this.#beginning.toString('latin1', 0, DECLARATION_LENGTH);
    const declared = this.#hasDeclaration ? declaredEncoding(beginning) : undefined;
    this.#text = new DocumentText(`text/plain;charset=${sent ?? declared ?? 'utf-8'}`, this.#emit);
    return this.#text;
  }
}

/** The encoding that an XML declaration names (https://www.w3.org/TR/xml/#sec-TextDecl). One that could be read is not UTF-16. */
function declaredEncoding(beginning: string): string | undefined {
  const [, label] =
    /^<\?xml[\t\n\r ][^>]*?[\t\n\r ]encoding[\t\n\r ]*=[\t\n\r ]*["']([A-Za-z][\w.-]*)["']/.exec(beginning) ?? [];
  return label === undefined ? undefined : encodingOfMeta(label);
}
