import { Tokenizer } from 'htmlparser2';
import { ignoredTokens } from './ignored-tokens.ts';

/**
 * Decodes the character references of attribute values, by the rule for attributes: `&copy=1` is no reference there
 * (https://html.spec.whatwg.org/#named-character-reference-state). Values are independent of each other.
 *
 * It wraps each value in a tag and gives it to a tokenizer of its own. The page's tokenizer leaves references alone,
 * because it would keep whole chunks when a reference lies across the end of one, and because most values have none.
 */
export class AttributeDecoder {
  #markup = '';
  #decoded = '';
  readonly #tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...ignoredTokens,
      onattribdata: (start, end) => {
        this.#decoded += this.#markup.slice(start, end);
      },
      onattribentity: (codePoint) => {
        this.#decoded += String.fromCodePoint(codePoint);
      },
    },
  );

  /**
   * Gives the value with its references decoded, and U+FFFD for NUL (https://html.spec.whatwg.org/#attribute-value-(double-quoted)-state).
   * The value is one attribute's text, without quotes.
   */
  decode(raw: string): string {
    const value = raw.includes('\0') ? raw.replaceAll('\0', '\ufffd') : raw;
    if (!OTHER_REFERENCE.test(value)) return value.replaceAll('&amp;', '&');
    this.#markup = inTag(value);
    this.#decoded = '';
    this.#tokenizer.reset();
    this.#tokenizer.write(this.#markup);
    return this.#decoded;
  }
}

/** What is neither the most frequent reference nor, by the rule for attributes, none at all. */
const OTHER_REFERENCE = /&(?!amp;|[A-Za-z0-9]+=)/;

/** A value comes from one of the three forms of attributes, so at least one of them can hold it. */
function inTag(value: string): string {
  if (!value.includes('"')) return `<a a="${value}">`;
  if (!value.includes("'")) return `<a a='${value}'>`;
  return `<a a=${value}>`;
}
