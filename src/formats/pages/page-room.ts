/**
 * Bounds what the pages of a source hold that were given and neither read nor released yet: without it, a step that reads
 * many at once would be given thousands.
 *
 * Bound: `limit`, in whatever a page is weighed by; one that weighs more is let in alone.
 */
export class PageRoom {
  readonly #limit: number;
  #held = 0;
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves with true once there is room, which is then taken; with false once the room is closed. For one caller at a time. */
  async take(weight: number): Promise<boolean> {
    while (!this.#isClosed && this.#held > 0 && this.#held + weight > this.#limit) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (!this.#isClosed) this.#held += weight;
    return !this.#isClosed;
  }

  /** Gives back what was taken. */
  give(weight: number): void {
    this.#held -= weight;
    this.#wake();
  }

  /** No more pages: whoever waits is told so. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }
}
