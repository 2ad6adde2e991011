/** What a scanner tells of the tags it finds, in document order, and what it must know of the tree to find them. */
export interface TagHandler {
  /** True where a tag that begins here is foreign (SVG, MathML): its content is then markup, whatever its name. */
  isForeign(): boolean;
  /** True where `<![CDATA[` begins a CDATA section and not a bogus comment. */
  allowsCdata(): boolean;
  /**
   * True where content is HTML and the only tags that matter are those of certain names, which the scanner knows: of start
   * and end tags with other names it need not tell.
   */
  isPlain(): boolean;
  /** True where scripts count as run: what stands in `noscript` is then text. */
  hasScripting(): boolean;
  /** True as long as text is of interest. */
  wantsText(): boolean;
  /** True where that goes for text as well that is nothing but ASCII white space; else it need not be told of. */
  wantsSpace(): boolean;
  /**
   * A piece of the text as written, its character references not decoded; only while it is wanted.
   * What stands in raw text elements (script, title) is not reported.
   */
  text(text: string): void;
  /** A start tag's name, in lower case. Gives whether its attributes are of interest. */
  openTag(name: string): boolean;
  /** An attribute's name, in lower case. Gives whether its value is wanted. */
  attributeName(name: string): boolean;
  /**
   * The value of the attribute named last, references decoded; null for one that is too long. Only after a yes.
   * It is no substring of the document: it can be kept without keeping that.
   */
  attributeValue(value: string | null): void;
  /** The start tag is complete: only now it exists. */
  endOpenTag(isSelfClosing: boolean): void;
  /** True as long as end tags matter. */
  wantsCloseTags(): boolean;
  /** An end tag's name, in lower case. */
  closeTag(name: string): void;
}

/** How what stands in a document becomes text. Both take its bytes as Latin-1. */
export interface Decoding {
  /** By the document's encoding. A piece that is not complete may end within a character, which comes with the next piece. */
  text(raw: string, isComplete: boolean): string;
  /** An attribute's value: also its character references, and U+FFFD for NUL. */
  value(raw: string): string;
}

/**
 * Finds the tags in a document and tells a TagHandler. Its bytes are those of an encoding in which markup is ASCII, and no ASCII
 * byte is part of another character.
 */
export interface TagScanner {
  /** Takes the next bytes. Their memory is not used afterwards. */
  write(bytes: Buffer): void;
  /** Called once, after the last piece. A tag that is still open does not exist. */
  end(): void;
}

/** Bytes of an attribute's value before references are decoded. A longer one is no URL that a server would take. */
export const MAX_VALUE_LENGTH = 65_536;
