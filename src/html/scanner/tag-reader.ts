import type { Decoding, TagHandler } from '../tag-scanner.ts';
import { ATTRIBUTE_NAME_CODES, Chunk, EQUALS, GREATER_THAN, SLASH, TAG_NAME_CODES } from './bytes.ts';
import type { ContentReader } from './content-reader.ts';
import { addToHash, MAX_NAME_LENGTH, type Name, type NameCache } from './name-cache.ts';
import { rawContentReader } from './raw-text-reader.ts';
import { skipAttributes, skipName, skipSpaces } from './skip.ts';
import type { TagState } from './tag-state.ts';
import { ValueReader } from './value-reader.ts';

/** What tags of all pages have in common. */
export interface NameCaches {
  readonly tags: NameCache;
  readonly attributes: NameCache;
}

const NOTHING = new Chunk(Buffer.alloc(0));
const NO_NAME: Name = { text: '', matters: false, mayBeRaw: false };

/**
 * Reads tags, from behind `<` or `</` to behind `>` (https://html.spec.whatwg.org/#tag-name-state to
 * https://html.spec.whatwg.org/#self-closing-start-tag-state), and tells the handler. Each method reads from a position on
 * and gives the position where it ended, the chunk's length where it has not: it then goes on with the next chunk.
 */
export class TagReader {
  readonly #handler: TagHandler;
  readonly #names: NameCaches;
  readonly #decoding: Decoding;
  readonly #value: ValueReader;

  #chunk = NOTHING;
  #state: TagState = 'tagName';
  #isOpen = false;
  #isEndTag = false;
  #name = NO_NAME;
  #isForeign = false;
  /** The handler is told of this tag, as far as is known. */
  #isTold = false;
  #hasWantedAttributes = false;
  /** The attribute in work is wanted. */
  #isWanted = false;
  /** The beginning of a name that the last chunk has cut. */
  #carried = '';

  constructor(handler: TagHandler, names: NameCaches, decoding: Decoding) {
    this.#handler = handler;
    this.#names = names;
    this.#decoding = decoding;
    this.#value = new ValueReader(handler, decoding);
  }

  /** True while a tag has begun and not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Gives what reads the content that follows the tag read last, if that has no tags in it. */
  openContent(): ContentReader | undefined {
    if (this.#isEndTag || !this.#name.mayBeRaw || this.#isForeign) return undefined;
    return rawContentReader(this.#name.text, this.#handler.hasScripting());
  }

  /** Begins a tag, whose name comes next. */
  begin(isEndTag: boolean): void {
    this.#isOpen = true;
    this.#isEndTag = isEndTag;
    this.#state = 'tagName';
    this.#hasWantedAttributes = false;
    this.#isTold = !isEndTag || this.#handler.wantsCloseTags();
  }

  /** Begins the end tag that belongs to the start tag read last; its name has been read already. */
  beginOwnEndTag(): void {
    const name = this.#name;
    this.begin(true);
    this.#name = name;
    this.#state = 'beforeAttributeName';
  }

  /** Reads on. */
  scan(chunk: Chunk, from: number): number {
    this.#chunk = chunk;
    let at = from;
    while (this.#isOpen && at < chunk.length) at = this.#step(at);
    return at;
  }

  #step(at: number): number {
    switch (this.#state) {
      case 'beforeAttributeName':
        return this.#beforeAttributeName(at);
      case 'tagName':
        return this.#tagName(at);
      case 'attributeName':
        return this.#attributeName(at, at);
      case 'afterAttributeName':
        return this.#afterAttributeName(at);
      case 'beforeValue':
        return this.#beforeValue(at);
      case 'value':
        return this.#readValue(at);
      case 'selfClosing':
        return this.#selfClosing(at);
    }
  }

  /** https://html.spec.whatwg.org/#tag-name-state */
  #tagName(start: number): number {
    const { bytes, length } = this.#chunk;
    if (!this.#isTold) return this.#passTagName(start);
    let hash = 0;
    let at = start;
    for (; at < length; at += 1) {
      const code = TAG_NAME_CODES[bytes[at] ?? 0] ?? 0;
      if (code === 0) break;
      hash = addToHash(hash, code);
    }
    if (at === length) return this.#carry(start);
    this.#state = 'beforeAttributeName';
    this.#name = this.#nameAt(this.#names.tags, start, at, hash, TAG_NAME_CODES);
    if (!this.#isEndTag) this.#openTag(this.#name);
    return this.#beforeAttributeName(this.#hasWantedAttributes ? at : skipAttributes(this.#chunk, at));
  }

  #passTagName(from: number): number {
    const at = skipName(this.#chunk, from, TAG_NAME_CODES);
    return at === this.#chunk.length ? at : this.#beforeAttributeName(at);
  }

  #openTag(name: Name): void {
    const handler = this.#handler;
    this.#isForeign = false;
    this.#isTold = name.matters || !handler.isPlain();
    if (!this.#isTold) return;
    this.#isForeign = handler.isForeign();
    this.#hasWantedAttributes = handler.openTag(name.text);
  }

  /** https://html.spec.whatwg.org/#before-attribute-name-state, and that after a quoted value, which comes to the same. */
  #beforeAttributeName(from: number): number {
    const { bytes, length } = this.#chunk;
    const at = skipSpaces(this.#chunk, from);
    this.#state = 'beforeAttributeName';
    if (at === length) return at;
    const code = bytes[at] ?? 0;
    if (code === GREATER_THAN) return this.#end(at, false);
    if (code === SLASH) return this.#selfClosing(at + 1);
    // The first character belongs to the name even if it is an equals sign.
    return this.#attributeName(at, at + 1);
  }

  /** https://html.spec.whatwg.org/#attribute-name-state, the characters up to `from` being read. */
  #attributeName(start: number, from: number): number {
    const { bytes, length } = this.#chunk;
    const isFirst = from > start;
    let hash = isFirst ? addToHash(0, ATTRIBUTE_NAME_CODES[bytes[start] ?? 0] ?? 0) : 0;
    let at = from;
    for (; at < length; at += 1) {
      const code = ATTRIBUTE_NAME_CODES[bytes[at] ?? 0] ?? 0;
      if (code === 0) break;
      hash = addToHash(hash, code);
    }
    this.#state = 'attributeName';
    if (at === length) return this.#hasWantedAttributes ? this.#carry(start) : at;
    if (this.#hasWantedAttributes) {
      const name = this.#nameAt(this.#names.attributes, start, at, hash, ATTRIBUTE_NAME_CODES);
      this.#isWanted = name.matters && this.#handler.attributeName(name.text);
    }
    return bytes[at] === EQUALS ? this.#beforeValue(at + 1) : this.#afterAttributeName(at);
  }

  /** https://html.spec.whatwg.org/#after-attribute-name-state */
  #afterAttributeName(from: number): number {
    const { bytes, length } = this.#chunk;
    const at = skipSpaces(this.#chunk, from);
    this.#state = 'afterAttributeName';
    if (at === length) return at;
    if (bytes[at] === EQUALS) return this.#beforeValue(at + 1);
    this.#endWithoutValue();
    return at;
  }

  /** https://html.spec.whatwg.org/#before-attribute-value-state */
  #beforeValue(from: number): number {
    const { bytes, length } = this.#chunk;
    const at = skipSpaces(this.#chunk, from);
    this.#state = 'beforeValue';
    if (at === length) return at;
    if (bytes[at] === GREATER_THAN) {
      this.#endWithoutValue();
      return this.#end(at, false);
    }
    this.#state = 'value';
    return this.#readValue(this.#value.begin(this.#chunk, at, this.#isWanted));
  }

  #readValue(from: number): number {
    const at = this.#value.scan(this.#chunk, from);
    if (!this.#value.isOpen) {
      this.#isWanted = false;
      this.#state = 'beforeAttributeName';
    }
    return at;
  }

  /** https://html.spec.whatwg.org/#self-closing-start-tag-state */
  #selfClosing(at: number): number {
    this.#state = 'selfClosing';
    if (at === this.#chunk.length) return at;
    if (this.#chunk.bytes[at] === GREATER_THAN) return this.#end(at, true);
    this.#state = 'beforeAttributeName';
    return at;
  }

  #endWithoutValue(): void {
    this.#state = 'beforeAttributeName';
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#handler.attributeValue('');
  }

  #end(at: number, isSelfClosing: boolean): number {
    const handler = this.#handler;
    this.#isOpen = false;
    if (!this.#isTold) return at + 1;
    if (!this.#isEndTag) handler.endOpenTag(isSelfClosing);
    else if (this.#name.matters || !handler.isPlain()) handler.closeTag(this.#name.text);
    return at + 1;
  }

  /** Keeps what there is of a name. */
  #carry(start: number): number {
    const { length } = this.#chunk;
    if (this.#carried.length <= MAX_NAME_LENGTH) {
      this.#carried += this.#chunk.slice(start, Math.min(length, start + MAX_NAME_LENGTH + 1));
    }
    return length;
  }

  #nameAt(names: NameCache, start: number, end: number, hash: number, codes: Uint8Array): Name {
    if (this.#carried === '') {
      const name = names.find(this.#chunk.bytes, start, end, hash, codes);
      return name ?? names.nameOf(this.#decoding.text(this.#chunk.slice(start, end), true));
    }
    const raw = this.#carried + this.#chunk.slice(start, Math.min(end, start + MAX_NAME_LENGTH + 1));
    this.#carried = '';
    return names.nameOf(this.#decoding.text(raw, true));
  }
}
