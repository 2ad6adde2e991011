import { type EncodingTable, encodingTable } from './encoding-table.ts';

/** Writes a query in a document's encoding: its characters beyond ASCII percent-encoded. */
export type QueryEncoder = (query: string) => string;

/** Encodings whose documents write queries in UTF-8 (https://encoding.spec.whatwg.org/#get-an-output-encoding). */
const UTF_8_OUTPUT: ReadonlySet<string> = new Set(['utf-8', 'utf-16le', 'utf-16be', 'replacement']);

/** Has the query encoders of the encodings met so far; each is made when it is first asked for. */
export class QueryEncoders {
  readonly #encoders = new Map<string, QueryEncoder>();

  /** Gives the encoder of an encoding by its name, as `encodingOf` gives it; undefined where queries are UTF-8. */
  encoderOf(encoding: string): QueryEncoder | undefined {
    if (UTF_8_OUTPUT.has(encoding)) return undefined;
    const known = this.#encoders.get(encoding);
    if (known !== undefined) return known;
    const encoder = queryEncoder(encoding);
    this.#encoders.set(encoding, encoder);
    return encoder;
  }
}

/**
 * Gives what writes the query of a special URL in a legacy encoding: percent-encode after encoding
 * (https://url.spec.whatwg.org/#string-percent-encode-after-encoding), a character that the encoding lacks as `%26%23NNN%3B`.
 * ASCII is left to the URL parser, but in ISO-2022-JP, where it is part of the encoding's state. The table is made at the first use.
 */
export function queryEncoder(encoding: string): QueryEncoder {
  let table: EncodingTable | undefined;
  const write = encoding === 'iso-2022-jp' ? writeIso2022Jp : writeStateless;
  return (query) => {
    table ??= withSubstitutes(encodingTable(encoding), encoding);
    return write(query, table);
  };
}

/** The Japanese encoders take the minus sign for the full-width hyphen. */
function withSubstitutes(table: EncodingTable, encoding: string): EncodingTable {
  if (!JAPANESE.has(encoding)) return table;
  return (codePoint) => table(codePoint === 0x2212 ? 0xff0d : codePoint);
}

const JAPANESE: ReadonlySet<string> = new Set(['euc-jp', 'iso-2022-jp', 'shift_jis']);

function writeStateless(query: string, table: EncodingTable): string {
  let written = '';
  for (const character of query) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint < 0x80) {
      written += character;
      continue;
    }
    const bytes = table(codePoint);
    written += bytes === undefined ? numericReference(codePoint) : percentEncode(bytes);
  }
  return written;
}

type Iso2022JpState = 'ascii' | 'roman' | 'jis0208';

const ESCAPES: Readonly<Record<Iso2022JpState, string>> = { ascii: '%1B(B', roman: '%1B(J', jis0208: '%1B$B' };

/** https://encoding.spec.whatwg.org/#iso-2022-jp-encoder */
function writeIso2022Jp(query: string, table: EncodingTable): string {
  let written = '';
  let state = 'ascii' as Iso2022JpState;
  const enter = (next: Iso2022JpState) => {
    if (state !== next) written += ESCAPES[next];
    state = next;
  };
  for (const character of query) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (isShift(codePoint) && state !== 'jis0208') {
      written += numericReference(0xfffd);
    } else if (codePoint < 0x80) {
      // In the Roman set all but these two are as in ASCII.
      if (state !== 'roman' || codePoint === 0x5c || codePoint === 0x7e) enter('ascii');
      written += character;
    } else if (codePoint === 0xa5 || codePoint === 0x203e) {
      enter('roman');
      written += codePoint === 0xa5 ? '\\' : '~';
    } else {
      const bytes = table(fullWidth(codePoint));
      if (bytes !== undefined) enter('jis0208');
      else if (state === 'jis0208') enter('ascii');
      written += bytes === undefined ? numericReference(codePoint) : percentEncode(bytes);
    }
  }
  enter('ascii');
  return written;
}

/** Characters that would change the state of a decoder: an error to the encoder. */
function isShift(codePoint: number): boolean {
  return codePoint === 0x0e || codePoint === 0x0f || codePoint === 0x1b;
}

/** Half-width katakana has no place in JIS X 0208 (https://encoding.spec.whatwg.org/#index-iso-2022-jp-katakana). */
function fullWidth(codePoint: number): number {
  if (codePoint < 0xff61 || codePoint > 0xff9f) return codePoint;
  // The two sound marks stand by themselves, where compatibility normalisation makes them combine.
  if (codePoint >= 0xff9e) return codePoint - 0xff9e + 0x309b;
  return String.fromCodePoint(codePoint).normalize('NFKC').codePointAt(0) ?? codePoint;
}

function numericReference(codePoint: number): string {
  return `%26%23${codePoint}%3B`;
}

/** Writes the bytes of one number: as they are where a query may hold them, else as `%XX`. */
function percentEncode(bytes: number): string {
  let written = '';
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 0x100)) {
    const byte = rest % 0x100;
    const isKept = byte > 0x20 && byte < 0x7f && !QUERY_ENCODED.has(byte);
    written = (isKept ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`) + written;
  }
  return written;
}

/** The special-query percent-encode set above the space: `"#'<>` (https://url.spec.whatwg.org/#special-query-percent-encode-set). */
const QUERY_ENCODED: ReadonlySet<number> = new Set([0x22, 0x23, 0x27, 0x3c, 0x3e]);
