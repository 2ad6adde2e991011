import { BRACKET, type Chunk, DASH, EXCLAMATION, GREATER_THAN } from '../bytes.ts';
import type { ContentReader } from './content-reader.ts';

/** Reads a comment from behind `<!--` to behind its end (https://html.spec.whatwg.org/#comment-start-state). */
export class CommentReader implements ContentReader {
  isOpen = true;
  readonly endsAtTag = false;
  #state: 'start' | 'startDash' | 'comment' | 'dash' | 'end' | 'bang' = 'start';

  scan(chunk: Chunk, from: number): number {
    let at = from;
    while (this.isOpen && at < chunk.length) {
      if (this.#state === 'comment') {
        at = chunk.find(DASH, at);
        if (at === chunk.length) break;
      }
      this.#take(chunk.bytes[at] ?? 0);
      at += 1;
    }
    return at;
  }

  #take(code: number): void {
    const state = this.#state;
    if (code === GREATER_THAN && state !== 'comment' && state !== 'dash') {
      this.isOpen = false;
    } else if (code === DASH) {
      // Behind the bang, one dash is as behind no dash.
      if (state === 'start') this.#state = 'startDash';
      else this.#state = state === 'comment' || state === 'bang' ? 'dash' : 'end';
    } else {
      this.#state = code === EXCLAMATION && state === 'end' ? 'bang' : 'comment';
    }
  }
}

/** Reads what ends at the next `>`: a bogus comment (https://html.spec.whatwg.org/#bogus-comment-state), or a doctype. */
export class BogusCommentReader implements ContentReader {
  isOpen = true;
  readonly endsAtTag = false;

  scan(chunk: Chunk, from: number): number {
    const at = chunk.find(GREATER_THAN, from);
    if (at === chunk.length) return at;
    this.isOpen = false;
    return at + 1;
  }
}

/** Reads a CDATA section from behind `<![CDATA[` to behind `]]>` (https://html.spec.whatwg.org/#cdata-section-state). */
export class CdataReader implements ContentReader {
  isOpen = true;
  readonly endsAtTag = false;
  /** Of those right before; more than two are as two. */
  #brackets = 0;

  scan(chunk: Chunk, from: number): number {
    let at = from;
    while (this.isOpen && at < chunk.length) {
      if (this.#brackets === 0) {
        at = chunk.find(BRACKET, at);
        if (at === chunk.length) break;
      }
      const code = chunk.bytes[at] ?? 0;
      if (code === BRACKET) this.#brackets += 1;
      else if (code === GREATER_THAN && this.#brackets >= 2) this.isOpen = false;
      else this.#brackets = 0;
      at += 1;
    }
    return at;
  }
}
