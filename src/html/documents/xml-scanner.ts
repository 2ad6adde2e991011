/** What a scanner finds in XML, in document order. */
export interface XmlHandler {
  /** A start tag: its name as written, and what gives its attributes, by name, references not decoded. */
  openTag(name: string, attributes: () => ReadonlyMap<string, string>, isSelfClosing: boolean): void;
  /** An end tag, by its name as written. */
  closeTag(name: string): void;
  /** True while text is of interest. */
  wantsText(): boolean;
  /** A piece of text; `isLiteral` for a CDATA section, which has no references. */
  text(text: string, isLiteral: boolean): void;
}

/** Characters of a tag; what is longer is passed over. */
const MAX_TAG_LENGTH = 65_536;

const COMMENT = '!--';
const CDATA = '![CDATA[';
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/**
 * Finds tags and text in XML (https://www.w3.org/TR/xml/), also where it is not well-formed: no nesting is checked, no
 * entity declared in the document is known, and nothing is an error.
 *
 * Bound: one tag. Time: linear, however the document is cut into pieces.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  #state: 'text' | 'tag' | 'passing' = 'text';
  /** What the tag in work has so far, without `<`. A rope: it is only looked into once it is complete. */
  #tag = '';
  /** The quote that is open in it, or 0. */
  #quote = 0;
  /** What ends the content in work that has no tags: a comment, a declaration, an instruction, a CDATA section. */
  #mark = '';
  #isCdata = false;
  /** The end of that content so far, which may be the beginning of the mark. */
  #tail = '';

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Takes the next piece of the text. */
  write(text: string): void {
    for (let at = 0; at < text.length; ) {
      if (this.#state === 'text') at = this.#readText(text, at);
      else if (this.#state === 'passing') at = this.#pass(text, at);
      else at = this.#opensTag() ? this.#readTag(text, at) : this.#readOpening(text, at);
    }
  }

  #readText(text: string, from: number): number {
    const found = text.indexOf('<', from);
    const end = found === -1 ? text.length : found;
    if (end > from && this.#handler.wantsText()) this.#handler.text(text.slice(from, end), false);
    if (found === -1) return end;
    this.#beginTag();
    return end + 1;
  }

  #beginTag(): void {
    this.#state = 'tag';
    this.#tag = '';
    this.#quote = 0;
  }

  /** True once it is clear that what `<` began is a tag. */
  #opensTag(): boolean {
    return this.#tag !== '' && this.#tag[0] !== '!';
  }

  /** Takes one character behind `<`, as long as it may begin something else than a tag. */
  #readOpening(text: string, at: number): number {
    const character = text[at] ?? '';
    if (this.#tag === '' && character === '?') return this.#beginPassing('?>', at + 1);
    if (this.#tag === '' && character !== '!') return this.#readTag(text, at);
    this.#tag += character;
    if (this.#tag === COMMENT) return this.#beginPassing('-->', at + 1);
    if (this.#tag === CDATA) return this.#beginPassing(']]>', at + 1);
    const isOpen = COMMENT.startsWith(this.#tag) || CDATA.startsWith(this.#tag);
    return isOpen ? at + 1 : this.#beginPassing('>', at);
  }

  #beginPassing(mark: string, at: number): number {
    this.#state = 'passing';
    this.#mark = mark;
    this.#isCdata = mark === ']]>';
    this.#tail = '';
    return at;
  }

  /** Reads up to behind the mark. */
  #pass(text: string, from: number): number {
    const content = this.#tail + text.slice(from);
    const found = content.indexOf(this.#mark);
    const end = found === -1 ? Math.max(0, content.length - this.#mark.length + 1) : found;
    if (this.#isCdata && end > 0 && this.#handler.wantsText()) this.#handler.text(content.slice(0, end), true);
    if (found === -1) {
      this.#tail = content.slice(end);
      return text.length;
    }
    this.#state = 'text';
    return from + found + this.#mark.length - this.#tail.length;
  }

  #readTag(text: string, from: number): number {
    const stop = Math.min(text.length, from + MAX_TAG_LENGTH - this.#tag.length);
    let at = from;
    for (; at < stop; at += 1) {
      const code = text.charCodeAt(at);
      if (code === LESS_THAN) break;
      if (this.#quote !== 0) {
        if (code === this.#quote) this.#quote = 0;
      } else if (code === GREATER_THAN) {
        this.#giveTag(this.#tag + text.slice(from, at));
        return at + 1;
      } else if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
        this.#quote = code;
      }
    }
    this.#tag += text.slice(from, at);
    // `<` stands in no tag, so this was none; another one begins there.
    if (at < stop || this.#tag.length >= MAX_TAG_LENGTH) this.#state = 'text';
    return at;
  }

  #giveTag(tag: string): void {
    this.#state = 'text';
    if (tag[0] === '/') {
      this.#handler.closeTag(tag.slice(1).trimEnd());
      return;
    }
    const name = /^[^\s/]+/.exec(tag)?.[0];
    if (name !== undefined) this.#handler.openTag(name, () => attributesOf(tag.slice(name.length)), tag.endsWith('/'));
  }
}

/** A name and its value, if it has one. Any other character is taken alone, so that no place is tried twice. */
const ATTRIBUTE = /([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?|./gs;

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    if (name === undefined) continue;
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, double ?? single ?? '');
  }
  return attributes;
}
