import { isUtf8 } from 'node:buffer';

/** Longest line that is read, in bytes; the rest of a longer one is dropped and the line is marked. Well above any real URL. */
export const MAX_LINE_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';

/** What is wrong with a line's bytes. */
export type LineDefect = 'too-long' | 'not-utf8';

/** A line of a text, without its terminator and without white space at its ends. */
export interface TextLine {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Position of the line's first byte. */
  readonly offset: number;
  readonly defect?: LineDefect;
}

/** Where the bytes begin that are split: at the start of a text, or of one of its lines. */
export interface TextStart {
  readonly line: number;
  readonly offset: number;
}

/**
 * Splits UTF-8 bytes into lines, one batch a chunk: LF and CRLF, a byte order mark passed over, a last line without terminator counted.
 *
 * Order: of the input. Bound: one chunk and one unfinished line of at most 64 KiB. Blank lines are left out, but counted in `line`.
 */
export async function* textLines(
  chunks: AsyncIterable<Buffer>,
  start: TextStart = { line: 1, offset: 0 },
): AsyncGenerator<readonly TextLine[], void, undefined> {
  const splitter = new LineSplitter(start);
  for await (const chunk of chunks) {
    const batch = splitter.split(chunk);
    if (batch.length > 0) yield batch;
  }
  const last = splitter.finish();
  if (last.length > 0) yield last;
}

class LineSplitter {
  /** Bytes of the unfinished last line, copied, so that no chunk is kept alive by it. */
  #rest: Buffer = Buffer.alloc(0);
  #isRestCut = false;
  #line: number;
  #offset: number;

  constructor({ line, offset }: TextStart) {
    this.#line = line - 1;
    this.#offset = offset;
  }

  split(chunk: Buffer): readonly TextLine[] {
    const batch: TextLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#take(batch, chunk.subarray(start, end), end - start + 1);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return batch;
  }

  finish(): readonly TextLine[] {
    const batch: TextLine[] = [];
    if (this.#pending > 0) this.#take(batch, Buffer.alloc(0), 0);
    return batch;
  }

  /** Length of the unfinished line as it stands in the input, cut or not. */
  #pending = 0;

  #keep(bytes: Buffer): void {
    this.#pending += bytes.length;
    const room = MAX_LINE_BYTES - this.#rest.length;
    if (bytes.length > room) this.#isRestCut = true;
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(0, room)]);
  }

  #take(batch: TextLine[], bytes: Buffer, length: number): void {
    let whole = bytes;
    let isCut = bytes.length > MAX_LINE_BYTES;
    if (this.#pending > 0) {
      whole = Buffer.concat([this.#rest, bytes]);
      isCut = this.#isRestCut || whole.length > MAX_LINE_BYTES;
    }
    const offset = this.#offset;
    this.#offset += this.#pending + length;
    this.#line += 1;
    this.#rest = Buffer.alloc(0);
    this.#isRestCut = false;
    this.#pending = 0;
    const text = trimmed(isCut ? whole.subarray(0, MAX_LINE_BYTES) : whole, offset === 0);
    // A cut line may be blank only as far as it was kept.
    if (text === '' && !isCut) return;
    const position = { text, line: this.#line, offset };
    if (isCut) batch.push({ ...position, defect: 'too-long' });
    else if (text.includes('\uFFFD') && !isUtf8(whole)) batch.push({ ...position, defect: 'not-utf8' });
    else batch.push(position);
  }
}

function trimmed(bytes: Buffer, isFirst: boolean): string {
  const text = bytes.toString('utf8');
  return (isFirst && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).trim();
}
