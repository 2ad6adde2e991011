import type { Exchange } from './exchange.ts';

/** Told to the reader of a body that was given up while it waited to be read: fetch it again, at no cost to the line. */
export class Evicted extends Error {
  override readonly name = 'Evicted';
}

/** How long an answered page may wait for its reader while others wait for its slot. */
const EVICTED_AFTER_MS = 1_000;

/**
 * Frees slots of pages that wait to be read while readers wait for a slot to fetch their page again.
 *
 * Without it, readers of broken bodies and pages that no reader is free for could wait for each other forever.
 */
export class Evictions {
  #reopening = 0;

  /** Opens an answer that a reader waits for. */
  async opening<Answer>(open: () => Promise<Answer>): Promise<Answer> {
    this.#reopening += 1;
    try {
      return await open();
    } finally {
      this.#reopening -= 1;
    }
  }

  /** Gives up as many of the pages that wait as readers wait for. To be called every now and then. */
  evict(live: Iterable<Exchange>): void {
    let wanted = this.#reopening;
    if (wanted === 0) return;
    for (const exchange of live) {
      if (exchange.parkedMs <= EVICTED_AFTER_MS) continue;
      exchange.abort(new Evicted('given up for a page that is being read'));
      wanted -= 1;
      if (wanted === 0) return;
    }
  }
}
