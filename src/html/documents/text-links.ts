import { detached } from '../links/link-details.ts';
import type { LinkRule } from '../links/link-table.ts';
import type { LinkTarget } from '../links/link-target.ts';
import { MAX_VALUE_LENGTH } from '../markup/tag-scanner.ts';
import { endsUrl, textUrls } from './text-urls.ts';

/** A link of a text names no element. */
const rule: LinkRule = { element: '#document', attribute: '#text', form: 'resource' };

/**
 * Finds the URLs in plain text and hands them to the target.
 *
 * Bound: one run of characters that can stand in a URL, of `MAX_VALUE_LENGTH`; a longer one is passed over.
 */
export class TextLinks {
  readonly #target: LinkTarget;
  /** The run that has not ended yet. A rope: it is only looked into once it is complete. */
  #run = '';
  #isTooLong = false;

  constructor(target: LinkTarget) {
    this.#target = target;
  }

  /** Takes the next piece of the text. */
  write(text: string): void {
    let from = 0;
    for (let end = endOfRun(text, from); end !== -1; end = endOfRun(text, from)) {
      this.#add(text.slice(from, end));
      this.end();
      from = end + 1;
    }
    this.#add(text.slice(from));
  }

  /** The text has ended, or a run of it. */
  end(): void {
    if (!this.#isTooLong && this.#run.length > 3) {
      for (const url of textUrls(this.#run)) this.#target.add(rule, detached(url));
    }
    this.#run = '';
    this.#isTooLong = false;
  }

  #add(text: string): void {
    if (this.#isTooLong) return;
    this.#run += text;
    if (this.#run.length <= MAX_VALUE_LENGTH) return;
    this.#isTooLong = true;
    this.#run = '';
  }
}

function endOfRun(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (endsUrl(text.charCodeAt(at))) return at;
  }
  return -1;
}
