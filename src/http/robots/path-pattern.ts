/**
 * Gives a path with its query in the one spelling in which paths and patterns are compared (RFC 9309, 2.2.2).
 *
 * Characters are bytes (Latin-1). What stands for itself in every URL is decoded, in a query also `/` and `?`, as the
 * RFC's example of an encoded URL in a query wants it; anything else, and what is special in patterns, is `%XX`.
 */
export function comparablePath(path: string): string {
  return comparable(path, () => false);
}

/** A rule's path with its wildcards: `*` is any run of characters, `$` at the end is the path's end (RFC 9309, 2.2.3). */
export class PathPattern {
  /** Its octets, by which the most specific of the rules that match is found. */
  readonly length: number;
  /** What the path starts with. */
  readonly #start: string;
  /** What comes behind it, one after the other. */
  readonly #middle: readonly string[];
  /** What the path ends with, where that matters. */
  readonly #end: string | undefined;
  readonly #isExact: boolean;

  /** `text` as it stands in the file, a byte a character. */
  constructor(text: string) {
    const isAnchored = text.endsWith('$');
    const pattern = comparable(isAnchored ? text.slice(0, -1) : text, (character) => character === '*');
    const [start = '', ...rest] = pattern.split(/\*+/);
    this.length = pattern.length + (isAnchored ? 1 : 0);
    this.#start = start;
    this.#end = isAnchored ? rest.pop() : undefined;
    this.#middle = rest;
    this.#isExact = isAnchored && this.#end === undefined;
  }

  /** Whether it matches a path that `comparablePath` gave. Cost: at most the path's length times that of the longest piece. */
  matches(path: string): boolean {
    if (this.#isExact) return path === this.#start;
    if (!path.startsWith(this.#start)) return false;
    let position = this.#start.length;
    for (const piece of this.#middle) {
      const index = path.indexOf(piece, position);
      if (index === -1) return false;
      position = index + piece.length;
    }
    return this.#end === undefined || (path.length - this.#end.length >= position && path.endsWith(this.#end));
  }
}

/** Special in a pattern, or the sign of an encoded byte: never decoded. */
const ALWAYS_ENCODED = new Set(['%', '#', '*', '$']);
/** They divide a path; encoded they don't. */
const DIVIDERS = new Set(['/', '?']);
const UNIT = /%[0-9a-f]{2}|./gis;
const PLAIN = /^[\w/.~=&?-]*$/;

function comparable(text: string, isWildcard: (character: string) => boolean): string {
  // Most paths need no change.
  if (PLAIN.test(text)) return text;
  let isQuery = false;
  return text.replace(UNIT, (unit) => {
    const isEncoded = unit.length === 3;
    if (!isEncoded && isWildcard(unit)) return unit;
    const code = isEncoded ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0);
    const character = String.fromCharCode(code);
    const isDivider = DIVIDERS.has(character) && isEncoded && !isQuery;
    const isPlain = code > 0x20 && code < 0x7f && !ALWAYS_ENCODED.has(character) && !isDivider;
    if (character === '?' && !isEncoded) isQuery = true;
    return isPlain ? character : `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
