import type { Head } from '../exchange/exchange.ts';

/** An HTTP answer that was kept as it came. */
export interface StoredAnswer {
  readonly head: Head;
  /** The body, its transfer coding undone, its content coding not. */
  readonly body: Buffer;
}

/** Bytes of the longest header that is read. */
export const STORED_HEADER_MAX_BYTES = 256 * 1024;

/**
 * Reads an HTTP/1 answer from its bytes (RFC 9112). Undefined where they are none.
 *
 * Archives hold what tools have made of answers: a body that is said to be chunked and is not, is taken as it is.
 */
export function parseStoredAnswer(bytes: Buffer): StoredAnswer | undefined {
  const [, status = '', lineEnd = ''] =
    /^HTTP\/\d(?:\.\d)? +(\d{3})[^\r\n]*(\r?\n)/.exec(bytes.toString('latin1', 0, 4096)) ?? [];
  if (status === '') return undefined;
  const mark = `${lineEnd}${lineEnd}`;
  const end = bytes.subarray(0, STORED_HEADER_MAX_BYTES).indexOf(mark, 0, 'latin1');
  if (end === -1) return undefined;
  const headers = headersOf(bytes.toString('latin1', 0, end));
  const body = bytes.subarray(end + mark.length);
  const isChunked = /(^|[,\s])chunked\s*$/i.test(String(headers['transfer-encoding'] ?? ''));
  return { head: { status: Number(status), headers }, body: isChunked ? (dechunked(body) ?? body) : body };
}

type Headers = Record<string, string | string[]>;

function headersOf(text: string): Head['headers'] {
  const headers: Headers = Object.create(null);
  let last = '';
  for (const line of text.split(/\r?\n/).slice(1)) {
    const colon = line.indexOf(':');
    const known = headers[last];
    // A field over several lines (RFC 9112, 5.2).
    if (/^[ \t]/.test(line) && typeof known === 'string') headers[last] = `${known} ${line.trim()}`;
    else if (colon > 0) {
      last = line.slice(0, colon).trim().toLowerCase();
      add(headers, last, line.slice(colon + 1).trim());
    }
  }
  return headers;
}

function add(headers: Headers, name: string, value: string): void {
  const known = headers[name];
  if (known === undefined) headers[name] = value;
  else if (typeof known === 'string') headers[name] = [known, value];
  else known.push(value);
}

/** A line with the size of a chunk, in hexadecimal digits, perhaps with extensions (RFC 9112, 7.1). */
const SIZE_LINE = /^([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n/i;
const SIZE_LINE_MAX = 1024;

/** The body without its chunked coding, as far as it goes; undefined where it has none. */
function dechunked(body: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const [line, digits = ''] = SIZE_LINE.exec(body.toString('latin1', at, at + SIZE_LINE_MAX)) ?? [];
    if (line === undefined) return at === 0 ? undefined : Buffer.concat(chunks);
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    const start = at + line.length;
    chunks.push(body.subarray(start, start + size));
    at = start + size;
    if (body[at] === 0x0d) at += 1;
    if (body[at] === 0x0a) at += 1;
  }
  return Buffer.concat(chunks);
}
