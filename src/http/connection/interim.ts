/**
 * What is left of the beginning of an answer without `100 Continue`s that nobody asked for; null where more bytes are
 * needed to tell. A client has to ignore them (RFC 9110, 15.2); undici 7.30 takes them for the end of the connection.
 */
export function withoutContinue(bytes: Buffer): Buffer | null {
  let rest = bytes;
  for (;;) {
    const match = matchContinue(rest);
    if (match === 'no') return rest;
    const end = match === 'yes' ? rest.indexOf('\r\n\r\n') : -1;
    // Beyond this it is no interim answer but a flood: the parser's own bound is for that.
    if (end === -1) return rest.length > INTERIM_MAX_BYTES ? rest : null;
    rest = rest.subarray(end + 4);
    if (rest.length === 0) return null;
  }
}

const INTERIM_MAX_BYTES = 8_192;

/** `HTTP/1.x 100`, then a space or the line's end. */
const PATTERN = 'HTTP/1.';
const STATUS = ' 100';

function matchContinue(bytes: Buffer): 'yes' | 'no' | 'unclear' {
  const statusAt = PATTERN.length + 1;
  for (let index = 0; index < statusAt + STATUS.length; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return 'unclear';
    const isVersion = index === PATTERN.length;
    const expected = index < PATTERN.length ? PATTERN.charCodeAt(index) : STATUS.charCodeAt(index - statusAt);
    if (!isVersion && byte !== expected) return 'no';
  }
  return 'yes';
}
