import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { detached } from '../links/link-details.ts';
import { NoscriptData, ScriptData } from '../markup/script-data.ts';
import { type Decoding, MAX_VALUE_LENGTH, type TagHandler, type TagScanner } from '../markup/tag-scanner.ts';
import { lowerCaseName, MAX_NAME_LENGTH } from './names/name-cache.ts';

const CDATA = '<![CDATA[';
/** What a tokenizer that knows CDATA everywhere takes for the bogus comment that CDATA is in HTML. */
const BOGUS_CDATA = '<!xCDATA[';

/** Elements whose content htmlparser2 takes as text. Script is not among them, since its content never gets there. */
const RAW_ELEMENTS: ReadonlySet<string> = new Set(
  ['title', 'textarea', 'style', 'iframe', 'noembed', 'noframes', 'xmp', 'plaintext'], //
);

/**
 * Finds tags with htmlparser2's tokenizer.
 *
 * Bound: one chunk, one attribute value and a few characters of what came before; linear time.
 * Some things are kept from that tokenizer because it does not do as the standard says: the content of scripts, for its
 * escaped states, that of `noscript` where it is text, and CDATA in HTML content, which is a bogus comment that ends at the next `>`.
 */
export class HtmlparserScanner implements TagScanner {
  readonly #handler: TagHandler;
  readonly #decoding: Decoding;
  readonly #script = new ScriptData();
  readonly #noscript = new NoscriptData();
  readonly #tokenizer: Tokenizer;

  #isInScript = false;
  #isInRawElement = false;
  #isAtEnd = false;
  /** The last piece of text ended with its chunk. */
  #hasOpenText = false;
  /** The end of the text so far, where it may be the beginning of `<![CDATA[`. */
  #carried = '';
  /** Characters from the next `<![CDATA[` to the end of the piece in work; 0 where there is none. */
  #cdataFromEnd = 0;
  /** What the tokenizer works on, where that stands in its count, and the end of what it was given before. */
  #chunk = '';
  #offset = 0;
  #before = '';
  /** Where the tokenizer was stopped behind a script's start tag, in its count, or -1. */
  #stoppedAt = -1;

  #tagName = '';
  #isScriptTag = false;
  #hasWantedAttributes = false;
  #isWanted = false;
  #value = '';
  #isTooLong = false;

  constructor(handler: TagHandler, decoding: Decoding) {
    this.#handler = handler;
    this.#decoding = decoding;
    this.#tokenizer = new Tokenizer({ decodeEntities: false }, this.#callbacks());
  }

  write(bytes: Buffer): void {
    const text = bytes.toString('latin1');
    let rest = this.#carried === '' ? text : this.#carried + text;
    this.#carried = '';
    this.#findCdata(rest);
    while (rest !== '') {
      if (this.#isInScript) {
        const data = this.#tagName === 'script' ? this.#script : this.#noscript;
        const endTag = data.write(rest);
        if (endTag === undefined) return;
        this.#isInScript = false;
        rest = endTag;
      }
      rest = this.#scanToScript(rest);
    }
  }

  end(): void {
    if (this.#carried !== '') this.#tokenize(this.#carried);
    this.#isAtEnd = true;
    this.#tokenizer.end();
  }

  /** Takes the text up to a script's content, all of it where there is none. Gives what is left. */
  #scanToScript(text: string): string {
    if (this.#cdataFromEnd > text.length) this.#findCdata(text);
    if (this.#cdataFromEnd > 0) return this.#scanToCdata(text, text.length - this.#cdataFromEnd);
    const edge = incompleteCdata(text);
    if (edge === text.length) return this.#tokenize(text);
    const left = this.#tokenize(text.slice(0, edge));
    if (left === '' && !this.#isInScript) {
      this.#carried = text.slice(edge);
      return '';
    }
    return left + text.slice(edge);
  }

  #scanToCdata(text: string, position: number): string {
    const left = this.#tokenize(text.slice(0, position));
    if (left !== '' || this.#isInScript) return left + text.slice(position);
    // Wherever it stands but in a wanted value, the replaced character makes no difference.
    const isKept = this.#isWanted || this.#handler.allowsCdata();
    this.#tokenize(isKept ? CDATA : BOGUS_CDATA);
    const rest = text.slice(position + CDATA.length);
    this.#findCdata(rest);
    return rest;
  }

  #findCdata(text: string): void {
    const position = text.indexOf(CDATA);
    this.#cdataFromEnd = position === -1 ? 0 : text.length - position;
  }

  /** Gives the tokenizer the text. Gives what stands behind a script's start tag, or nothing. */
  #tokenize(text: string): string {
    this.#before = (this.#chunk.length >= MAX_NAME_LENGTH ? this.#chunk : this.#before + this.#chunk).slice(
      -MAX_NAME_LENGTH,
    );
    this.#offset += this.#chunk.length;
    this.#chunk = text;
    this.#tokenizer.write(text);
    if (this.#stoppedAt === -1) return '';
    const left = text.slice(this.#stoppedAt - this.#offset);
    this.#tokenizer.reset();
    this.#stoppedAt = -1;
    this.#chunk = '';
    this.#offset = 0;
    return left;
  }

  #callbacks(): TokenizerCallbacks {
    const handler = this.#handler;
    return {
      isInForeignContext: () => handler.isForeign(),
      ontext: (start, end) => this.#onText(start, end),
      onopentagname: (start, end) => this.#onOpenTagName(start, end),
      onattribname: (start, end) => this.#onAttributeName(start, end),
      onattribdata: (start, end) => this.#onAttributeData(start, end),
      onattribend: () => this.#onAttributeEnd(),
      onopentagend: (end) => this.#onOpenTagEnd(end, false),
      onselfclosingtag: (end) => this.#onOpenTagEnd(end, true),
      onclosetag: (start, end) => {
        this.#endText();
        this.#isInRawElement = false;
        if (handler.wantsCloseTags()) handler.closeTag(this.#name(start, end));
      },
      onattribentity: ignore,
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onprocessinginstruction: ignore,
      ontextentity: ignore,
    };
  }

  #onText(start: number, end: number): void {
    if (this.#isInRawElement || !this.#handler.wantsText()) return;
    const text = this.#slice(start, end);
    // `<` and `</` at the end are text. Of `<x`, which is none, the tokenizer gives the last character; of `<x/` -1 as the start.
    if (this.#isAtEnd && (start < 0 || !text.startsWith('<'))) return;
    this.#hasOpenText = end === this.#offset + this.#chunk.length;
    this.#handler.text(this.#decoding.text(text, !this.#hasOpenText));
  }

  /** The text, if there was some, ends at a tag. */
  #endText(): void {
    if (!this.#hasOpenText) return;
    this.#hasOpenText = false;
    this.#handler.text(this.#decoding.text('', true));
  }

  #onOpenTagName(start: number, end: number): void {
    this.#endText();
    const name = this.#name(start, end);
    this.#tagName = name;
    const isScript = name === 'script' || (name === 'noscript' && this.#handler.hasScripting());
    this.#isScriptTag = isScript && !this.#handler.isForeign();
    this.#hasWantedAttributes = this.#handler.openTag(name);
  }

  #onAttributeName(start: number, end: number): void {
    if (!this.#hasWantedAttributes) return;
    this.#isWanted = this.#handler.attributeName(this.#name(start, end));
  }

  #onAttributeData(start: number, end: number): void {
    if (!this.#isWanted || this.#isTooLong) return;
    const piece = this.#chunk.slice(start - this.#offset, end - this.#offset);
    this.#value = this.#value === '' ? piece : this.#value + piece;
    if (this.#value.length <= MAX_VALUE_LENGTH) return;
    this.#isTooLong = true;
    this.#value = '';
  }

  #onAttributeEnd(): void {
    if (!this.#isWanted) return;
    const value = this.#isTooLong ? null : detached(this.#decoding.value(this.#value));
    this.#isWanted = false;
    this.#isTooLong = false;
    this.#value = '';
    this.#handler.attributeValue(value);
  }

  #onOpenTagEnd(end: number, isSelfClosing: boolean): void {
    this.#isInRawElement = !this.#handler.isForeign() && RAW_ELEMENTS.has(this.#tagName);
    this.#handler.endOpenTag(isSelfClosing);
    if (!this.#isScriptTag) return;
    this.#isInScript = true;
    this.#stoppedAt = end + 1;
    this.#tokenizer.pause();
  }

  /** The name that stands there, in lower case; empty for one that is too long to be one of ours. */
  #name(start: number, end: number): string {
    if (end - start > MAX_NAME_LENGTH) return '';
    const name = this.#slice(start, end);
    return /^[a-z]+$/.test(name) ? name : lowerCaseName(this.#decoding.text(name, true));
  }

  /** The text between two places of the tokenizer's count, of which at most a name's length may lie before the chunk. */
  #slice(start: number, end: number): string {
    const from = start - this.#offset;
    const to = end - this.#offset;
    return from >= 0 ? this.#chunk.slice(from, to) : this.#before.slice(from) + this.#chunk.slice(0, to);
  }
}

/** The position from which the text may be the beginning of `<![CDATA[`, or the text's length. */
function incompleteCdata(text: string): number {
  const tail = text.slice(1 - CDATA.length);
  const position = tail.lastIndexOf('<');
  return position !== -1 && CDATA.startsWith(tail.slice(position)) ? text.length - tail.length + position : text.length;
}

function ignore(): void {}
