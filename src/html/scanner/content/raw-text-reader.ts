import { type Chunk, DASH, EXCLAMATION, endsTagName, GREATER_THAN, LESS_THAN, lowerCase, SLASH } from '../bytes.ts';
import type { ContentReader } from './content-reader.ts';

/**
 * HTML elements that have no tags in them, or may have none: `noscript`. Their content is text, references decoded (RCDATA) or
 * not (https://html.spec.whatwg.org/#parsing-main-inbody).
 */
export const rawElements: ReadonlySet<string> = new Set(
  ['title', 'textarea', 'style', 'iframe', 'noembed', 'noframes', 'xmp', 'script', 'plaintext', 'noscript'], //
);

/** Gives what reads the content of such an element; undefined for what has tags in it after all, where scripts don't run. */
export function rawContentReader(element: string, hasScripting: boolean): ContentReader | undefined {
  if (element === 'noscript' && !hasScripting) return undefined;
  if (element === 'script') return new ScriptReader();
  return element === 'plaintext' ? new PlaintextReader() : new RawTextReader(element);
}

/** https://html.spec.whatwg.org/#rawtext-state, https://html.spec.whatwg.org/#rcdata-state */
class RawTextReader implements ContentReader {
  isOpen = true;
  readonly endsAtTag = true;
  readonly #mark: string;
  /** Characters of the mark that stand right before. */
  #matched = 0;

  constructor(element: string) {
    this.#mark = `</${element}`;
  }

  scan(chunk: Chunk, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#matched === 0) {
        at = chunk.find(LESS_THAN, at);
        if (at === chunk.length) break;
        const end = at + this.#mark.length;
        if (chunk.has(this.#mark, at) && endsTagName(chunk.bytes[end] ?? 0)) {
          this.isOpen = false;
          return end;
        }
      }
      const code = chunk.bytes[at] ?? 0;
      if (this.#matched === this.#mark.length && endsTagName(code)) {
        this.isOpen = false;
        break;
      }
      if (lowerCase(code) !== this.#mark.charCodeAt(this.#matched)) {
        // It may be the beginning of the mark.
        this.#matched = 0;
        if (code !== LESS_THAN) at += 1;
        continue;
      }
      this.#matched += 1;
      at += 1;
    }
    return at;
  }
}

/** https://html.spec.whatwg.org/#plaintext-state */
class PlaintextReader implements ContentReader {
  readonly isOpen = true;
  readonly endsAtTag = false;

  scan(chunk: Chunk): number {
    return chunk.length;
  }
}

const LETTER_S = 0x73;
/** Behind `<`. */
const REST_OF_END_TAG = '/script';

type ScriptState = 'plain' | 'escaped' | 'doubleEscaped';

/**
 * Reads a script's content: inside `<!--`, a `<script` makes the next `</script` part of it
 * (https://html.spec.whatwg.org/#script-data-state to https://html.spec.whatwg.org/#script-data-double-escape-end-state).
 */
class ScriptReader implements ContentReader {
  isOpen = true;
  readonly endsAtTag = true;
  #state: ScriptState = 'plain';
  /** The beginning of a mark that stands right before. */
  #mark = '';
  /** Dashes right before, in the escaped states; more than two are as two. */
  #dashes = 0;

  scan(chunk: Chunk, from: number): number {
    let at = from;
    while (this.isOpen && at < chunk.length) {
      if (this.#mark !== '') at = this.#readMark(chunk.bytes[at] ?? 0, at);
      else if (this.#state === 'plain') at = this.#readPlain(chunk, at);
      else at = this.#readEscaped(chunk, at);
    }
    return at;
  }

  #readPlain(chunk: Chunk, from: number): number {
    const { bytes, length } = chunk;
    let at = chunk.find(LESS_THAN, from) + 1;
    // Most are comparisons, and other tags in strings.
    while (at < length && !mayBeginMark(chunk, at)) at = chunk.find(LESS_THAN, at) + 1;
    if (at > length) return length;
    const end = at + REST_OF_END_TAG.length;
    if (chunk.has(REST_OF_END_TAG, at) && endsTagName(bytes[end] ?? 0)) {
      this.isOpen = false;
      return end;
    }
    this.#mark = '<';
    return at;
  }

  /** Reads up to behind the next `<` or `-->`. */
  #readEscaped({ bytes, length }: Chunk, from: number): number {
    let at = from;
    for (; at < length; at += 1) {
      const code = bytes[at] ?? 0;
      if (code === LESS_THAN) {
        this.#dashes = 0;
        this.#mark = '<';
        return at + 1;
      }
      if (code === GREATER_THAN && this.#dashes >= 2) {
        this.#dashes = 0;
        this.#state = 'plain';
        return at + 1;
      }
      this.#dashes = code === DASH ? this.#dashes + 1 : 0;
    }
    return at;
  }

  #readMark(code: number, at: number): number {
    const isTag = this.#mark === '</script' || this.#mark === '<script';
    if (isTag && endsTagName(code)) return this.#tag(this.#mark, at);
    const mark = this.#mark + String.fromCharCode(lowerCase(code));
    const isMark = mayBeMark(mark, this.#state);
    this.#mark = isMark ? mark : '';
    if (!isMark) return at;
    if (mark === '<!--') {
      this.#state = 'escaped';
      // They can be those of `-->` as well.
      this.#dashes = 2;
      this.#mark = '';
    }
    return at + 1;
  }

  #tag(mark: string, at: number): number {
    this.#mark = '';
    if (mark === '<script') this.#state = 'doubleEscaped';
    else if (this.#state === 'doubleEscaped') this.#state = 'escaped';
    else this.isOpen = false;
    return at;
  }
}

/** True where what stands behind `<` may make it a mark. */
function mayBeginMark({ bytes, length }: Chunk, at: number): boolean {
  const code = bytes[at];
  if (code === EXCLAMATION) return true;
  return code === SLASH && (at + 1 === length || lowerCase(bytes[at + 1] ?? 0) === LETTER_S);
}

/** True for the beginning of what changes the state; `<script` and `</script` still need an end behind them. */
function mayBeMark(text: string, state: ScriptState): boolean {
  if ('</script'.startsWith(text)) return true;
  if (state === 'plain') return '<!--'.startsWith(text);
  return state === 'escaped' && '<script'.startsWith(text);
}
