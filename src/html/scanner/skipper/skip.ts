import {
  APOSTROPHE,
  type Chunk,
  DASH,
  EQUALS,
  EXCLAMATION,
  GREATER_THAN,
  isLetter,
  isSpace,
  isValueMark,
  LESS_THAN,
  QUOTE,
  SLASH,
  TAG_NAME_CODES,
} from '../bytes.ts';
import type { NameCache } from '../names/name-cache.ts';

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

/** Gives the position of what ends a value that is not quoted (https://html.spec.whatwg.org/#attribute-value-(unquoted)-state). */
export function skipUnquoted({ bytes, length }: Chunk, from: number): number {
  let at = from;
  for (; at < length; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === GREATER_THAN || isSpace(code)) break;
  }
  return at;
}

/** Gives the position of the next byte that may end a quoted value, or that does not stand for itself in one. */
export function skipPlainValue({ bytes, length }: Chunk, from: number): number {
  let at = from;
  while (at < length && !isValueMark(bytes[at] ?? 0)) at += 1;
  return at;
}

/**
 * Passes over text and over tags that can't matter: most of a page is read by this loop, which tells nobody and keeps nothing.
 * Gives the position of the `<` that begins something else or that the chunk has no end of, or the chunk's length.
 *
 * `skipsEndTags`: no end tag matters; else its name decides, as it does for a start tag.
 */
export function skipMarkup(chunk: Chunk, from: number, names: NameCache, skipsEndTags: boolean): number {
  const { bytes, length } = chunk;
  let at = from;
  for (;;) {
    const start = chunk.find(LESS_THAN, at);
    const next = start + 1 < length ? bytes[start + 1] : undefined;
    if (next === EXCLAMATION) {
      at = skipComment(chunk, start);
    } else {
      const name = next === SLASH ? start + 2 : start + 1;
      if (name >= length || !isLetter(bytes[name] ?? 0)) return start;
      const end = skipName(chunk, name, TAG_NAME_CODES);
      if (!(next === SLASH && skipsEndTags) && names.mayMatter(bytes, name, end)) return start;
      at = skipTag(chunk, end);
    }
    if (at === -1) return start;
  }
}

/**
 * Passes over a tag with all its attributes, from behind its name on. Gives the position behind it, or -1 where the chunk ends
 * before. Only what gives an attribute a value needs a look: all else has no `>` in it.
 */
export function skipTag(chunk: Chunk, from: number): number {
  const { bytes, length } = chunk;
  let behindValue = from;
  let at = from;
  while (at < length) {
    const code = bytes[at] ?? 0;
    at += 1;
    if (code === GREATER_THAN) return at;
    if (code === EQUALS && isBehindName(bytes, behindValue, at - 1)) {
      at = skipValue(chunk, skipSpaces(chunk, at));
      behindValue = at;
    }
  }
  return -1;
}

/** False for an equals sign that belongs to an attribute's name, being the first character of it. */
function isBehindName(bytes: Uint8Array, from: number, equals: number): boolean {
  let at = equals - 1;
  while (at >= from && isSpace(bytes[at] ?? 0)) at -= 1;
  return at >= from && bytes[at] !== SLASH;
}

/**
 * Passes over a comment, from its `<` on. Gives the position behind it, or -1: for what is no comment, for one that the chunk
 * cuts, and for one that begins with `-` or `>`, which may end it at once. CommentReader takes these.
 */
export function skipComment(chunk: Chunk, from: number): number {
  const { bytes, length } = chunk;
  const start = from + 4;
  if (start >= length || bytes[from + 2] !== DASH || bytes[from + 3] !== DASH) return -1;
  if (bytes[start] === DASH || bytes[start] === GREATER_THAN) return -1;
  let at = start;
  for (;;) {
    at = chunk.find(GREATER_THAN, at);
    if (at === length) return -1;
    const last = bytes[at - 1] === EXCLAMATION ? at - 2 : at - 1;
    at += 1;
    // The dashes of `<!--` are none of these.
    if (bytes[last] === DASH && bytes[last - 1] === DASH && last - 1 >= start) return at;
  }
}

/** Gives the position behind a value; it is behind the chunk's length where that cuts a quoted one. */
function skipValue(chunk: Chunk, at: number): number {
  if (at === chunk.length) return at;
  const code = chunk.bytes[at] ?? 0;
  return code === QUOTE || code === APOSTROPHE ? chunk.find(code, at + 1) + 1 : skipUnquoted(chunk, at);
}
