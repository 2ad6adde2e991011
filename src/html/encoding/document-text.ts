import { DocumentDecoder } from './document-decoder.ts';

/** Turns a document's bytes into text. Encoding and bound: see DocumentDecoder. */
export class DocumentText {
  readonly #decoder: DocumentDecoder;
  readonly #emit: (text: string) => void;

  /** `emit` takes the text, piece by piece. */
  constructor(contentType: string | null, emit: (text: string) => void) {
    this.#emit = emit;
    this.#decoder = new DocumentDecoder(contentType, (bytes) =>
      this.#give(this.#decoder.textOf(bytes.toString('latin1'), false)),
    );
  }

  /** See DocumentDecoder. */
  get encoding(): string {
    return this.#decoder.encoding;
  }

  /** Takes the next bytes. Their memory is not used afterwards. */
  write(chunk: Uint8Array): void {
    this.#decoder.write(chunk);
  }

  /** Called once, after the last bytes. */
  end(): void {
    this.#decoder.end();
    this.#give(this.#decoder.textOf('', true));
  }

  /** See DocumentDecoder. */
  declare(label: string): void {
    this.#decoder.declare(label);
  }

  #give(text: string): void {
    if (text !== '') this.#emit(text);
  }
}
