import type { TextReferences } from '../markup/text-references.ts';
import { collapsed, detached, type OpenDetails } from './link-details.ts';

/** Characters of a link's text; what is longer is cut. */
export const MAX_TEXT_LENGTH = 500;

/** Characters of an anchor's text as written that are looked at, its white space collapsed. */
const MAX_RAW_LENGTH = 4096;

/** What stands between two pieces of text that tags separate, so that they make no character reference together. */
const SEAM = '\0';

/** Elements that are drawn within a line (https://html.spec.whatwg.org/#phrasing-content-2): the text around them is one word. */
const INLINE: ReadonlySet<string> = new Set(
  (
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb rp rt ruby s samp small ' +
    'span strike strong sub sup time tt u var wbr'
  ).split(' '),
);

/** Parts of a table: an anchor that was not closed ends where the next one begins or its own ends. */
const TABLE_PARTS: ReadonlySet<string> = new Set(['tbody', 'td', 'tfoot', 'th', 'thead', 'tr']);

/**
 * Gathers the text of the anchor that is open: from its start tag to its end tag, to the next anchor, or to where the table
 * cell or the body ends. Text of blocks is separated by spaces, an image counts with its `alt`.
 *
 * Bound: 4096 characters as written, and `MAX_TEXT_LENGTH` in the end.
 */
export class AnchorText {
  readonly #references: TextReferences;
  #details: OpenDetails | undefined;
  #raw = '';
  /** Tables that are open within the anchor. */
  #tables = 0;

  constructor(references: TextReferences) {
    this.#references = references;
  }

  /** True between an anchor's start and its end. */
  get isOpen(): boolean {
    return this.#details !== undefined;
  }

  /** True while more text makes a difference. */
  get hasRoom(): boolean {
    return this.#details !== undefined && this.#raw.length < MAX_RAW_LENGTH;
  }

  /** An anchor begins, whose text goes to `details`. */
  open(details: OpenDetails): void {
    this.#details = details;
    this.#raw = '';
    this.#tables = 0;
  }

  /** Takes text as written. */
  text(raw: string): void {
    const text = raw.replaceAll(SEAM, '').replace(/\s+/g, ' ');
    const isContinued = this.#raw.endsWith(' ') && text.startsWith(' ');
    this.#add(isContinued ? text.slice(1) : text);
  }

  /** Takes the alternative text of an image, its references decoded. */
  alternative(alt: string): void {
    this.#add(` ${collapsed(alt).replaceAll('&', '&amp;')} `);
  }

  /** A start tag of this name comes; it may end the anchor. */
  openTag(name: string): void {
    if (name === 'table') this.#tables += 1;
    if (name === 'a' || (this.#tables === 0 && TABLE_PARTS.has(name))) this.close();
    else this.#separate(name);
  }

  /** An end tag of this name comes; it may end the anchor. */
  closeTag(name: string): void {
    const isOuter = this.#tables === 0 && (TABLE_PARTS.has(name) || name === 'table');
    if (name === 'table' && !isOuter) this.#tables -= 1;
    if (isOuter || name === 'a' || name === 'body' || name === 'html') this.close();
    else this.#separate(name);
  }

  /** The anchor ends. */
  close(): void {
    if (this.#details === undefined) return;
    const text = collapsed(this.#references.decode(this.#raw).replaceAll(SEAM, ''));
    this.#details.text = detached(text.length <= MAX_TEXT_LENGTH ? text : cut(text));
    this.#details = undefined;
    this.#raw = '';
  }

  #separate(name: string): void {
    this.#add(INLINE.has(name) ? SEAM : ' ');
  }

  #add(text: string): void {
    if (this.#raw.length < MAX_RAW_LENGTH) this.#raw = (this.#raw + text).slice(0, MAX_RAW_LENGTH);
  }
}

/** Gives the text of a link that is an image or an area, by its `alt`; null where it has none. */
export function alternativeOf(alt: string | null): string | null {
  return alt === null ? null : detached(collapsed(alt).slice(0, MAX_TEXT_LENGTH));
}

/** The beginning of the text, no character cut in two. */
function cut(text: string): string {
  return text
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
