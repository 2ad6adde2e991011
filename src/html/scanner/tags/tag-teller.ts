import type { Decoding, TagHandler } from '../../markup/tag-scanner.ts';
import { APOSTROPHE, ATTRIBUTE_NAME_CODES, type Chunk, EQUALS, QUOTE } from '../bytes.ts';
import { type Name, type NameCaches, NO_NAME } from '../names/name-cache.ts';
import { NameReader } from '../names/name-reader.ts';
import { skipName, skipPlainValue, skipSpaces } from '../skipper/skip.ts';
import type { TagTable } from '../skipper/tag-table.ts';
import { ValueReader } from './value-reader.ts';

/** Tells a handler of start tags, and of their attributes, where these can be read as a whole. */
export class TagTeller {
  readonly #handler: TagHandler;
  readonly #tagNames: NameReader;
  readonly #attributeNames: NameReader;
  readonly #value: ValueReader;

  constructor(handler: TagHandler, names: NameCaches, decoding: Decoding) {
    this.#handler = handler;
    this.#tagNames = new NameReader(names.tags, decoding);
    this.#attributeNames = new NameReader(names.attributes, decoding);
    this.#value = new ValueReader(handler, decoding);
  }

  /** Tells of a tag that has been read, its name from `start` on, unless that doesn't matter; the handler is plain. Gives its name. */
  tell(chunk: Chunk, start: number, tag: TagTable): Name {
    const name = this.#tagNames.read(chunk, start, tag.nameEnd);
    if (name.matters) {
      if (this.#handler.openTag(name.text)) this.#tellTable(chunk, tag);
      this.#handler.endOpenTag(tag.isSelfClosing);
    }
    return name;
  }

  /**
   * Reads attributes as long as they are of the common form `name="value"` and whole, and tells of those that matter if they are
   * wanted. Gives where something else begins that is no white space.
   */
  tellAttributes(chunk: Chunk, from: number, isWanted: boolean): number {
    const { bytes, length } = chunk;
    let at = from;
    for (;;) {
      const start = skipSpaces(chunk, at);
      const end = skipName(chunk, start, ATTRIBUTE_NAME_CODES);
      if (end === start || end + 1 >= length || bytes[end] !== EQUALS) return start;
      const quote = bytes[end + 1] ?? 0;
      if (quote !== QUOTE && quote !== APOSTROPHE) return start;
      const name = isWanted ? this.#attributeNames.readIfOfInterest(chunk, start, end) : NO_NAME;
      const value = end + 2;
      const plain = name.matters ? skipPlainValue(chunk, value) : value;
      const close = chunk.find(quote, plain);
      if (close === length) return start;
      if (name.matters && this.#handler.attributeName(name.text)) {
        this.#value.give(chunk, value, close, plain === close);
      }
      at = close + 1;
    }
  }

  #tellTable(chunk: Chunk, tag: TagTable): void {
    for (let index = 0; index < tag.attributeCount; index += 1) {
      const name = this.#attributeNames.read(chunk, tag.nameStartOf(index), tag.nameEndOf(index));
      if (name.matters && this.#handler.attributeName(name.text)) {
        this.#value.give(chunk, tag.valueStartOf(index), tag.valueEndOf(index), tag.isPlain(index));
      }
    }
  }
}
