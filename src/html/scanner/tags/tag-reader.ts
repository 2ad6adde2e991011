import type { Decoding, TagHandler } from '../../markup/tag-scanner.ts';
import { ATTRIBUTE_NAME_CODES, Chunk, EQUALS, GREATER_THAN, SLASH, TAG_NAME_CODES } from '../bytes.ts';
import type { ContentReader } from '../content/content-reader.ts';
import { rawContentReader } from '../content/raw-text-reader.ts';
import { type NameCaches, NO_NAME } from '../names/name-cache.ts';
import { NameReader } from '../names/name-reader.ts';
import { skipName, skipSpaces, skipTag } from '../skipper/skip.ts';
import type { TagTable } from '../skipper/tag-table.ts';
import type { TagState } from './tag-state.ts';
import { TagTeller } from './tag-teller.ts';
import { ValueReader } from './value-reader.ts';

const NOTHING = new Chunk(Buffer.alloc(0));

/**
 * Reads tags, from behind `<` or `</` to behind `>` (https://html.spec.whatwg.org/#tag-name-state to
 * https://html.spec.whatwg.org/#self-closing-start-tag-state), and tells the handler. Each method reads from a position on
 * and gives the position where it ended, the chunk's length where it has not: it then goes on with the next chunk.
 */
export class TagReader {
  readonly #handler: TagHandler;
  readonly #tagNames: NameReader;
  readonly #attributeNames: NameReader;
  readonly #value: ValueReader;
  readonly #teller: TagTeller;

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

  constructor(handler: TagHandler, names: NameCaches, decoding: Decoding) {
    this.#handler = handler;
    this.#tagNames = new NameReader(names.tags, decoding);
    this.#attributeNames = new NameReader(names.attributes, decoding);
    this.#value = new ValueReader(handler, decoding);
    this.#teller = new TagTeller(handler, names, decoding);
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

  /** Reads a tag from its name on. */
  read(chunk: Chunk, start: number, isEndTag: boolean): number {
    this.begin(isEndTag);
    this.#chunk = chunk;
    const at = this.#tagName(start);
    return this.#isOpen ? this.scan(chunk, at) : at;
  }

  /** Takes a start tag that has been read already, its name from `start` on, where the handler is plain. Gives where it ends. */
  take(chunk: Chunk, start: number, tag: TagTable): number {
    // The handler may have another document read, whose tags take the table's place.
    const { end } = tag;
    this.#isEndTag = false;
    this.#isForeign = false;
    this.#name = this.#teller.tell(chunk, start, tag);
    return end;
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
    const chunk = this.#chunk;
    const at = skipName(chunk, start, TAG_NAME_CODES);
    if (at === chunk.length) return this.#isTold ? this.#tagNames.carry(chunk, start) : at;
    if (this.#isTold) this.#takeName(start, at);
    // Most tags are of no interest, and whole.
    const end = this.#isTold ? -1 : skipTag(chunk, at);
    if (end === -1) return this.#beforeAttributeName(at);
    this.#isOpen = false;
    return end;
  }

  #takeName(start: number, end: number): void {
    const handler = this.#handler;
    const names = this.#tagNames;
    const isPlain = handler.isPlain();
    const name = isPlain ? names.readIfOfInterest(this.#chunk, start, end) : names.read(this.#chunk, start, end);
    this.#name = name;
    this.#isForeign = false;
    this.#isTold = name.matters || !isPlain;
    if (!this.#isTold || this.#isEndTag) return;
    this.#isForeign = handler.isForeign();
    this.#hasWantedAttributes = handler.openTag(name.text);
  }

  /** https://html.spec.whatwg.org/#before-attribute-name-state, and that after a quoted value, which comes to the same. */
  #beforeAttributeName(from: number): number {
    const { bytes, length } = this.#chunk;
    const at = this.#teller.tellAttributes(this.#chunk, from, this.#hasWantedAttributes);
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
    const at = skipName(this.#chunk, from, ATTRIBUTE_NAME_CODES);
    this.#state = 'attributeName';
    if (at === length) return this.#hasWantedAttributes ? this.#attributeNames.carry(this.#chunk, start) : at;
    if (this.#hasWantedAttributes) {
      const name = this.#attributeNames.readIfOfInterest(this.#chunk, start, at);
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
    this.#isOpen = false;
    if (this.#isTold && this.#isEndTag) this.#handler.closeTag(this.#name.text);
    else if (this.#isTold) this.#handler.endOpenTag(isSelfClosing);
    return at + 1;
  }
}
