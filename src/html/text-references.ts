import { Tokenizer } from 'htmlparser2';

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
      ontext: (start, end) => {
        this.#decoded += this.#markup.slice(start, end);
      },
      ontextentity: (codePoint) => {
        this.#decoded += String.fromCodePoint(codePoint);
      },
      onattribdata: ignore,
      onattribentity: ignore,
      onattribend: ignore,
      onattribname: ignore,
      oncdata: ignore,
      onclosetag: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onopentagend: ignore,
      onopentagname: ignore,
      onprocessinginstruction: ignore,
      onselfclosingtag: ignore,
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

function ignore(): void {}
