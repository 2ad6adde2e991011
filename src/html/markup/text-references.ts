import { Tokenizer } from 'htmlparser2';
import { ignoredTokens } from './ignored-tokens.ts';

/**
 * Decodes the character references of text: `&copy=1` has one there, unlike in an attribute
 * (https://html.spec.whatwg.org/#named-character-reference-state). Texts are independent of each other.
 */
export class TextReferences {
  #markup = '';
  #decoded = '';
  readonly #tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ...ignoredTokens,
      ontext: (start, end) => {
        this.#decoded += this.#markup.slice(start, end);
      },
      ontextentity: (codePoint) => {
        this.#decoded += String.fromCodePoint(codePoint);
      },
    },
  );

  /** Gives the text with its references decoded; all else in it stands for itself, `<` too. */
  decode(text: string): string {
    if (!text.includes('&')) return text;
    this.#markup = text.replaceAll('<', '&lt;');
    this.#decoded = '';
    this.#tokenizer.reset();
    this.#tokenizer.write(this.#markup);
    this.#tokenizer.end();
    return this.#decoded;
  }
}
