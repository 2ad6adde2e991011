import { isAscii, isUtf8 } from 'node:buffer';
import { encodingOfContentType, encodingOfMark, encodingOfMeta, PRESCAN_LENGTH } from './charset.ts';
import { asBuffer, hasTransparentAscii, type PieceDecoder, pieceDecoder, sequenceLength } from './piece-decoder.ts';
import { prescan } from './prescan.ts';

const UTF_8 = 'utf-8';
/** Whatever isn't declared and isn't UTF-8. */
const FALLBACK = 'windows-1252';
const ESCAPE = 0x1b;

/**
 * Finds out a document's encoding, by the standard's encoding sniffing (https://html.spec.whatwg.org/#encoding-sniffing-algorithm):
 * byte order mark, Content-Type, a declaration in the first 1024 bytes. Emits the document, without its mark, as bytes in which
 * markup can be found: as they came where ASCII means itself and nothing else, else in UTF-8.
 *
 * A document that declares nothing is ASCII until its first other character, and that one decides: UTF-8 if it is a valid
 * sequence, else windows-1252 (the standard leaves that choice open). A `meta` further down counts if it stands before
 * that character. None of this depends on how the bytes are cut into chunks.
 * Bound: keeps 1024 bytes at most, and none after the encoding is known but those of one incomplete character.
 */
export class DocumentDecoder {
  readonly #emit: (bytes: Buffer) => void;
  readonly #sent: string | undefined;
  #state: 'sniffing' | 'undeclared' | 'decided' = 'sniffing';
  #encoding = UTF_8;
  /** For an encoding whose bytes can't be emitted as they are. */
  #decoder: PieceDecoder | undefined;
  /** Decodes what was emitted; made when it is first needed. */
  #emittedDecoder: PieceDecoder | undefined;
  /** That may have the beginning of a character. */
  #hasPending = false;
  /** Bytes that wait for those that follow. */
  #carried = Buffer.alloc(0);

  /** `emit` takes the document piece by piece; the memory of a piece is not its own. */
  constructor(contentType: string | null, emit: (bytes: Buffer) => void) {
    this.#emit = emit;
    this.#sent = contentType === null ? undefined : encodingOfContentType(contentType);
  }

  /** Name of the document's encoding as far as it is known, in lower case; UTF-8 while only ASCII has come. */
  get encoding(): string {
    return this.#encoding;
  }

  /** True as long as a `meta` may declare the encoding. */
  get needsDeclaration(): boolean {
    return this.#state === 'undeclared';
  }

  /** Takes the next bytes. Their memory is not used afterwards. */
  write(chunk: Uint8Array): void {
    if (this.#state === 'decided') this.#giveDecided(asBuffer(chunk));
    else this.#take(chunk, false);
  }

  /** Called once, after the last bytes. */
  end(): void {
    if (this.#state !== 'decided') this.#take(new Uint8Array(0), true);
    if (this.#decoder !== undefined) this.#give(Buffer.from(this.#decoder.end()));
  }

  /**
   * Gives the text of bytes that were emitted, as Latin-1. Of a piece that is not complete, a character that it cuts at its end
   * comes with the next piece.
   */
  textOf(raw: string, isComplete = true): string {
    if (!this.#hasPending && !/[\x80-\xff]/.test(raw)) return raw;
    this.#hasPending = !isComplete;
    this.#emittedDecoder ??= pieceDecoder(this.#decoder === undefined ? this.#encoding : UTF_8);
    const text = this.#emittedDecoder.decode(Buffer.from(raw, 'latin1'));
    return isComplete ? text + this.#emittedDecoder.end() : text;
  }

  /** Takes the label that a `meta` in the text emitted so far declares. It counts while the encoding is not decided. */
  declare(label: string): void {
    if (this.#state !== 'undeclared') return;
    const encoding = encodingOfMeta(label);
    if (encoding !== undefined) this.#decide(encoding);
  }

  #take(chunk: Uint8Array, isEnd: boolean): void {
    const bytes = this.#carried.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#carried, chunk]);
    this.#carried = Buffer.alloc(0);
    if (this.#state === 'sniffing') {
      const enough = this.#sent === undefined ? PRESCAN_LENGTH : 3;
      if (bytes.length < enough && !isEnd) this.#carried = Buffer.from(bytes);
      else this.#sniff(bytes, isEnd);
    } else {
      this.#scanUndeclared(bytes, isEnd);
    }
  }

  #sniff(bytes: Buffer, isEnd: boolean): void {
    const mark = encodingOfMark(bytes);
    const encoding = mark?.encoding ?? this.#sent ?? prescan(bytes.subarray(0, PRESCAN_LENGTH));
    if (encoding === undefined) {
      this.#state = 'undeclared';
      this.#scanUndeclared(bytes, isEnd);
    } else {
      this.#decide(encoding);
      this.#giveDecided(bytes.subarray(mark?.length ?? 0));
    }
  }

  /** Emits ASCII as it comes, until a `meta` in it or the first other character decides. */
  #scanUndeclared(bytes: Buffer, isEnd: boolean): void {
    if (isAscii(bytes) && !bytes.includes(ESCAPE)) {
      this.#give(bytes);
      return;
    }
    let rest = bytes;
    while (this.#state !== 'decided' && rest.length > 0) {
      const length = asciiLength(rest);
      if (length > 0) {
        this.#give(rest.subarray(0, length));
        rest = rest.subarray(length);
        continue;
      }
      const needed = sequenceLength(rest[0] ?? 0);
      if (rest.length < needed && !isEnd) {
        this.#carried = Buffer.from(rest);
        return;
      }
      this.#decide(isUtf8(rest.subarray(0, needed)) ? UTF_8 : FALLBACK);
    }
    if (this.#state === 'decided') this.#giveDecided(rest);
  }

  #decide(encoding: string): void {
    this.#state = 'decided';
    this.#encoding = encoding;
    if (!hasTransparentAscii(encoding)) this.#decoder = pieceDecoder(encoding);
  }

  #giveDecided(bytes: Buffer): void {
    this.#give(this.#decoder === undefined ? bytes : Buffer.from(this.#decoder.decode(bytes)));
  }

  #give(bytes: Buffer): void {
    if (bytes.length > 0) this.#emit(bytes);
  }
}

/**
 * The number of ASCII characters at the beginning, up to the next escape character: behind a `meta` for ISO-2022-JP,
 * which is met only once the text before is emitted, that is no ASCII any more.
 */
function asciiLength(bytes: Uint8Array): number {
  let index = bytes[0] === ESCAPE ? 1 : 0;
  for (; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte >= 0x80 || byte === ESCAPE) break;
  }
  return index;
}
