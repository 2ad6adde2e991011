import { APOSTROPHE, ATTRIBUTE_NAME_CODES, type Chunk, EQUALS, isSpace, QUOTE } from './bytes.ts';

/** Gives the position of the next byte that is no white space, or the chunk's length. */
export function skipSpaces({ bytes, length }: Chunk, from: number): number {
  let at = from;
  while (at < length && isSpace(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Gives the position of the next byte that ends a name, or the chunk's length. `codes` are those of bytes.ts. */
export function skipName({ bytes, length }: Chunk, from: number, codes: Uint8Array): number {
  let at = from;
  while (at < length && codes[bytes[at] ?? 0] !== 0) at += 1;
  return at;
}

/** Passes over attributes as long as they are of the common form `name="value"` and whole. Gives the position behind them. */
export function skipAttributes(chunk: Chunk, from: number): number {
  const { bytes, length } = chunk;
  let at = from;
  for (;;) {
    const start = skipSpaces(chunk, at);
    at = skipName(chunk, start, ATTRIBUTE_NAME_CODES);
    if (at === start || at + 1 >= length || bytes[at] !== EQUALS) return start;
    const quote = bytes[at + 1] ?? 0;
    if (quote !== QUOTE && quote !== APOSTROPHE) return start;
    at = chunk.find(quote, at + 2) + 1;
    if (at > length) return start;
  }
}
