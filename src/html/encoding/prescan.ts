import { charsetOfContent, encodingOf, encodingOfMeta } from './charset.ts';

/**
 * Gives the encoding that the beginning of a document declares, or undefined, by the standard's algorithm
 * (https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding). The caller gives at most 1024 bytes.
 */
export function prescan(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (text.startsWith('<\0?\0x\0')) return 'utf-16le';
  if (text.startsWith('\0<\0?\0x')) return 'utf-16be';
  return new Prescan(text).run() ?? xmlEncoding(text);
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Walks over the bytes, as Latin-1 text. Whatever runs into the end of the text ends the search without result. */
class Prescan {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): string | undefined {
    for (;;) {
      this.#position = this.#text.indexOf('<', this.#position);
      if (this.#position === -1) return undefined;
      const encoding = this.#markup();
      if (encoding !== undefined) return encoding;
      if (this.#position >= this.#text.length) return undefined;
      this.#position += 1;
    }
  }

  /** Passes over what begins at a `<`, and leaves the position on its last character. */
  #markup(): string | undefined {
    const start = this.#position;
    if (this.#text.startsWith('<!--', start)) {
      // The dashes of `<!--` can be those of `-->` as well.
      this.#moveBehind(this.#text.indexOf('-->', start + 2), 2);
    } else if (this.#matches(/<meta[\t\n\f\r /]/iy)) {
      this.#position = start + 5;
      return this.#meta();
    } else if (this.#matches(/<\/?[a-z]/iy)) {
      this.#moveTo(/[\t\n\f\r >]/g);
      while (this.#attribute() !== undefined);
    } else if (this.#matches(/<[!/?]/y)) {
      this.#moveTo(/>/g);
    }
    return undefined;
  }

  #meta(): string | undefined {
    const names = new Set<string>();
    let hasPragma = false;
    let needsPragma: boolean | undefined;
    let label: string | undefined;
    for (let attribute = this.#attribute(); attribute !== undefined; attribute = this.#attribute()) {
      const { name, value } = attribute;
      if (names.has(name)) continue;
      names.add(name);
      if (name === 'http-equiv') {
        hasPragma ||= value === 'content-type';
      } else if (name === 'charset') {
        label = value;
        needsPragma = false;
      } else if (name === 'content' && label === undefined) {
        const named = charsetOfContent(value);
        if (named === undefined || encodingOf(named) === undefined) continue;
        label = named;
        needsPragma = true;
      }
    }
    // A tag that the limit cuts off declares nothing.
    if (this.#position >= this.#text.length || needsPragma === undefined || (needsPragma && !hasPragma))
      return undefined;
    return encodingOfMeta(label ?? '');
  }

  /** Reads an attribute (https://html.spec.whatwg.org/#concept-get-attributes-when-sniffing), or gives undefined at the tag's end. */
  #attribute(): Attribute | undefined {
    this.#moveTo(/[^\t\n\f\r /]/g);
    if (this.#position >= this.#text.length || this.#text[this.#position] === '>') return undefined;
    const nameStart = this.#position;
    // A name may begin with an equals sign.
    this.#position += 1;
    this.#moveTo(/[=\t\n\f\r />]/g);
    const name = this.#text.slice(nameStart, this.#position).toLowerCase();
    if (!this.#matches(/[\t\n\f\r ]*=/y)) {
      this.#moveTo(/[^\t\n\f\r ]/g);
      return { name, value: '' };
    }
    this.#moveTo(/=/g);
    this.#position += 1;
    this.#moveTo(/[^\t\n\f\r ]/g);
    return { name, value: this.#value().toLowerCase() };
  }

  #value(): string {
    const quote = this.#text[this.#position];
    const isQuoted = quote === '"' || quote === "'";
    const start = isQuoted ? this.#position + 1 : this.#position;
    if (isQuoted) this.#moveBehind(this.#text.indexOf(quote, start), 0);
    else this.#moveTo(/[\t\n\f\r >]/g);
    const value = this.#text.slice(start, this.#position);
    if (isQuoted) this.#position += 1;
    return value;
  }

  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.#position;
    return pattern.test(this.#text);
  }

  /** Moves to the next character of that kind, or to the end. */
  #moveTo(kind: RegExp): void {
    kind.lastIndex = this.#position;
    this.#position = kind.exec(this.#text)?.index ?? this.#text.length;
  }

  #moveBehind(found: number, distance: number): void {
    this.#position = found === -1 ? this.#text.length : found + distance;
  }
}

/** The encoding of an XML declaration (https://html.spec.whatwg.org/#concept-get-xml-encoding-when-sniffing). */
function xmlEncoding(text: string): string | undefined {
  const end = text.indexOf('>');
  if (!text.startsWith('<?xml') || end === -1) return undefined;
  const name = text.indexOf('encoding');
  if (name === -1 || name > end) return undefined;
  const label = /^encoding[\0-\x20]*=[\0-\x20]*(?:"([^"]*)"|'([^']*)')/.exec(text.slice(name));
  const value = label?.[1] ?? label?.[2];
  if (value === undefined || /[\0-\x20]/.test(value)) return undefined;
  const encoding = encodingOf(value);
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? 'utf-8' : encoding;
}
