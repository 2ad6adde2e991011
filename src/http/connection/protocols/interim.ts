/** How the beginning of an answer goes on. */
export interface Beginning {
  /** What is left of it. */
  readonly rest: Buffer;
  /** Whether `rest` is where the answer itself begins; else more bytes are needed to tell. */
  readonly isAnswer: boolean;
}

/**
 * Takes interim answers off the beginning of an answer, however many there are (RFC 9110, 15.2). A client has to ignore
 * those that it did not ask for; undici 7.30 takes a `100 Continue` for the end of the connection.
 *
 * `101 Switching Protocols` is no interim answer to a client that did not offer to switch, and stays.
 * Bound: 8 KB of `rest` that is no answer yet; what is longer is left to the parser, which has its own bound.
 */
export function withoutInterim(bytes: Buffer): Beginning {
  let rest = bytes;
  for (;;) {
    const match = matchInterim(rest);
    if (match === 'no') return { rest, isAnswer: true };
    const end = match === 'yes' ? rest.indexOf('\r\n\r\n') : -1;
    if (end === -1) return { rest, isAnswer: rest.length > INTERIM_MAX_BYTES };
    rest = rest.subarray(end + 4);
  }
}

const INTERIM_MAX_BYTES = 8_192;

/** `HTTP/1.x 1yz `, which is not 101: a digit stands for any digit. */
const PATTERN = 'HTTP/1.0 100';
const MINOR_VERSION_AT = 7;
const STATUS_AT = 9;

function matchInterim(bytes: Buffer): 'yes' | 'no' | 'unclear' {
  for (let index = 0; index < PATTERN.length; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return 'unclear';
    const isAnyDigit = index === MINOR_VERSION_AT || index > STATUS_AT;
    if (isAnyDigit ? !isDigit(byte) : byte !== PATTERN.charCodeAt(index)) return 'no';
  }
  return bytes.toString('latin1', STATUS_AT, PATTERN.length) === '101' ? 'no' : 'yes';
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
