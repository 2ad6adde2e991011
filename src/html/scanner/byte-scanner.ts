import type { Decoding, TagHandler, TagScanner } from '../markup/tag-scanner.ts';
import { Chunk, EXCLAMATION, GREATER_THAN, isLetter, LESS_THAN, QUESTION, SLASH } from './bytes.ts';
import { BogusCommentReader, CdataReader, CommentReader } from './content/comment-reader.ts';
import type { ContentReader } from './content/content-reader.ts';
import type { NameCaches } from './names/name-cache.ts';
import type { MarkupSkipper } from './skipper/markup-skipper.ts';
import { skipSpaces } from './skipper/skip.ts';
import { TagReader } from './tags/tag-reader.ts';

const CDATA = '[CDATA[';
const COMMENT = '--';

/**
 * Finds tags by the standard's tokenization (https://html.spec.whatwg.org/#tokenization), on the bytes of an encoding in
 * which markup is ASCII and no ASCII byte is part of another character.
 *
 * Bound: what is kept between chunks is one name and one wanted value. Time: linear, however the document is cut.
 */
export class ByteScanner implements TagScanner {
  readonly #handler: TagHandler;
  readonly #decoding: Decoding;
  readonly #tags: TagReader;
  readonly #skipper: MarkupSkipper;
  /** What is read now, if it is neither text nor a tag. */
  #content: ContentReader | undefined;
  /** What stands right before and may begin markup: `<`, `</`, `<!`, or the latter with the beginning of a mark behind it. */
  #opening = '';
  /** The last piece of text ended with its chunk. */
  #hasOpenText = false;

  constructor(handler: TagHandler, names: NameCaches, skipper: MarkupSkipper, decoding: Decoding) {
    this.#handler = handler;
    this.#decoding = decoding;
    this.#skipper = skipper;
    this.#tags = new TagReader(handler, names, decoding);
  }

  write(bytes: Buffer): void {
    const chunk = new Chunk(bytes);
    for (let at = 0; at < chunk.length; ) {
      if (this.#tags.isOpen) at = this.#readTag(chunk, at);
      else if (this.#content !== undefined) at = this.#readContent(this.#content, chunk, at);
      else if (this.#opening !== '') at = this.#open(chunk, at);
      else at = this.#readMarkup(chunk, at);
    }
    this.#skipper.release();
  }

  end(): void {
    // https://html.spec.whatwg.org/#parse-error-eof-before-tag-name
    if (this.#opening === '<' || this.#opening === '</') this.#giveOpening(this.#opening);
  }

  /** Reads text and tags (https://html.spec.whatwg.org/#data-state) as long as nothing else comes and no tag is cut. */
  #readMarkup(chunk: Chunk, from: number): number {
    const { bytes, length } = chunk;
    const tags = this.#tags;
    let at = from;
    while (at < length) {
      if (this.#skipsMarkup()) {
        at = this.#skipper.skip(chunk, at, !this.#handler.wantsCloseTags());
        const { tag } = this.#skipper;
        if (tag !== undefined) {
          at = tags.take(chunk, at + 1, tag);
          if (this.#opensContent()) break;
          continue;
        }
      }
      const start = at;
      at = chunk.find(LESS_THAN, at);
      if (this.#hasOpenText || (at > start && this.#wantsText(chunk, start, at))) this.#giveText(chunk, start, at);
      if (at === length) break;
      at += 1;
      const isEndTag = at < length && bytes[at] === SLASH;
      const name = isEndTag ? at + 1 : at;
      if (name >= length || !isLetter(bytes[name] ?? 0)) {
        this.#opening = '<';
        break;
      }
      at = tags.read(chunk, name, isEndTag);
      if (tags.isOpen || this.#opensContent()) break;
    }
    return at;
  }

  /** Begins the content that follows the tag read last, if that has no tags in it. */
  #opensContent(): boolean {
    this.#content = this.#tags.openContent();
    return this.#content !== undefined;
  }

  #wantsText(chunk: Chunk, start: number, end: number): boolean {
    if (!this.#handler.wantsText()) return false;
    // Most of what stands between the tags of a head.
    return this.#handler.wantsSpace() || skipSpaces(chunk, start) < end;
  }

  /** True where nothing matters but tags of certain names. */
  #skipsMarkup(): boolean {
    return !this.#hasOpenText && this.#handler.isPlain() && !this.#handler.wantsText();
  }

  #readTag(chunk: Chunk, from: number): number {
    const at = this.#tags.scan(chunk, from);
    if (!this.#tags.isOpen) this.#opensContent();
    return at;
  }

  #readContent(content: ContentReader, chunk: Chunk, from: number): number {
    const at = content.scan(chunk, from);
    if (content.isOpen) return at;
    this.#content = undefined;
    if (content.endsAtTag) this.#tags.beginOwnEndTag();
    return at;
  }

  /** Takes the next character of what may begin markup. */
  #open(chunk: Chunk, at: number): number {
    const code = chunk.bytes[at] ?? 0;
    const opening = this.#opening;
    this.#opening = '';
    if (opening === '<') return this.#openTag(code, at, opening);
    if (opening === '</') return this.#openEndTag(code, at);
    return this.#openDeclaration(opening.slice(2) + String.fromCharCode(code), at);
  }

  /** https://html.spec.whatwg.org/#tag-open-state */
  #openTag(code: number, at: number, opening: string): number {
    if (isLetter(code)) {
      this.#tags.begin(false);
      return at;
    }
    if (code === SLASH) this.#opening = '</';
    else if (code === EXCLAMATION) this.#opening = '<!';
    else if (code === QUESTION) this.#content = new BogusCommentReader();
    else {
      this.#giveOpening(opening);
      return at;
    }
    return at + 1;
  }

  /** https://html.spec.whatwg.org/#end-tag-open-state */
  #openEndTag(code: number, at: number): number {
    if (isLetter(code)) this.#tags.begin(true);
    else if (code === GREATER_THAN) return at + 1;
    else this.#content = new BogusCommentReader();
    return at;
  }

  /** https://html.spec.whatwg.org/#markup-declaration-open-state; doctypes end like bogus comments. */
  #openDeclaration(mark: string, at: number): number {
    if (mark === COMMENT) this.#content = new CommentReader();
    else if (mark === CDATA && this.#handler.allowsCdata()) this.#content = new CdataReader();
    else if (mark !== CDATA && (CDATA.startsWith(mark) || COMMENT.startsWith(mark))) this.#opening = `<!${mark}`;
    else {
      this.#content = new BogusCommentReader();
      return at;
    }
    return at + 1;
  }

  #giveText(chunk: Chunk, start: number, end: number): void {
    this.#hasOpenText = end === chunk.length;
    this.#handler.text(this.#decoding.text(chunk.slice(start, end), !this.#hasOpenText));
  }

  /** Markup has not begun after all. */
  #giveOpening(opening: string): void {
    if (this.#handler.wantsText()) this.#handler.text(opening);
  }
}
