/**
 * Finds where the content of a `noscript` element ends, where it is raw text
 * (https://html.spec.whatwg.org/#rawtext-state). As ScriptData otherwise.
 */
export class NoscriptData {
  #carried = '';

  /** See ScriptData. */
  write(piece: string): string | undefined {
    const text = this.#carried + piece;
    const end = /<\/noscript(?=[\t\n\f\r />])/i.exec(text);
    this.#carried = end === null ? text.slice(-LONGEST_NOSCRIPT_MARK + 1) : '';
    return end === null ? undefined : text.slice(end.index);
  }
}

/** `</noscript` and the character behind it. */
const LONGEST_NOSCRIPT_MARK = 11;

/** The longest mark is `</script` and the character behind it. */
const LONGEST_MARK = 9;

/**
 * Finds where the content of a script element ends, by the tokenizer's script data states: inside `<!--`, a `<script`
 * makes the next `</script` part of the content (https://html.spec.whatwg.org/#script-data-double-escaped-state).
 *
 * One instance serves one script after the other. Keeps at most 8 characters between chunks.
 */
export class ScriptData {
  #state: 'plain' | 'escaped' | 'double-escaped' = 'plain';
  #carried = '';

  /**
   * Takes the next piece of the content. Gives the text from the end tag `</script` on, or undefined while it hasn't come.
   * After the end tag, the next piece begins a new script.
   */
  write(piece: string): string | undefined {
    const text = this.#carried + piece;
    const mark = /<!--|-->|<\/?script(?=[\t\n\f\r />])/gi;
    let from = 0;
    for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
      if (this.#passes(match[0])) {
        this.#state = 'plain';
        this.#carried = '';
        return text.slice(match.index);
      }
      // The dashes of `<!--` can be those of `-->` as well.
      if (match[0] === '<!--') mark.lastIndex -= 2;
      from = mark.lastIndex;
    }
    this.#carried = text.slice(Math.max(from, text.length - LONGEST_MARK + 1));
    return undefined;
  }

  /** Changes the state by a mark; true for the end tag that ends the script. */
  #passes(mark: string): boolean {
    if (mark === '<!--') {
      if (this.#state === 'plain') this.#state = 'escaped';
    } else if (mark === '-->') {
      this.#state = 'plain';
    } else if (mark[1] !== '/') {
      if (this.#state === 'escaped') this.#state = 'double-escaped';
    } else if (this.#state === 'double-escaped') {
      this.#state = 'escaped';
    } else {
      return true;
    }
    return false;
  }
}
