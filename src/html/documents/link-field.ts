/** A link of a `Link` header field. */
export interface FieldLink {
  /** The target as written. */
  readonly target: string;
  /** Parameters by lower-case name; the first of several counts. An extended one (`title*`) stands under its own name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Gives the links of a `Link` field, in order, by the parsing algorithm of RFC 8288, B.2. What is no link is passed over,
 * up to the next comma. Linear time.
 */
export function parseLinkField(field: string): FieldLink[] {
  const links: FieldLink[] = [];
  const cursor = new Cursor(field);
  while (!cursor.isAtEnd) {
    cursor.takeWhile(SPACE_OR_COMMA);
    if (cursor.take('<')) {
      const target = cursor.takeWhile(NOT_GREATER);
      if (!cursor.take('>')) return links;
      links.push({ target: target.trim(), parameters: parseParameters(cursor) });
    }
    cursor.takeWhile(NOT_COMMA);
  }
  return links;
}

const SPACE = /[\t ]*/y;
const SPACE_OR_COMMA = /[\t ,]*/y;
const NOT_GREATER = /[^>]*/y;
const NOT_COMMA = /[^,]*/y;
const NAME = /[^\t ;,="]*/y;
const TOKEN = /[^\t ;,"]*/y;
const QUOTED = /(?:[^"\\]|\\.)*/sy;
const NOT_NEXT = /[^;,]*/y;

/** RFC 8288, B.3. */
function parseParameters(cursor: Cursor): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (;;) {
    cursor.takeWhile(SPACE);
    if (!cursor.take(';')) return parameters;
    cursor.takeWhile(SPACE);
    const name = cursor.takeWhile(NAME).toLowerCase();
    cursor.takeWhile(SPACE);
    const value = cursor.take('=') ? parseValue(cursor) : '';
    if (name !== '' && !parameters.has(name)) parameters.set(name, value);
    cursor.takeWhile(SPACE);
    cursor.takeWhile(NOT_NEXT);
  }
}

function parseValue(cursor: Cursor): string {
  cursor.takeWhile(SPACE);
  if (!cursor.take('"')) return cursor.takeWhile(TOKEN);
  const value = cursor.takeWhile(QUOTED).replace(/\\(.)/gs, '$1');
  cursor.take('"');
  return value;
}

/** Goes over a text once. */
class Cursor {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  /** Takes the character if it is the next one. */
  take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }

  /** Takes what a sticky expression matches here; it matches the empty text, too. */
  takeWhile(expression: RegExp): string {
    expression.lastIndex = this.#position;
    const [taken = ''] = expression.exec(this.#text) ?? [];
    this.#position += taken.length;
    return taken;
  }
}
