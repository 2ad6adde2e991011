/**
 * Hands items from a run, which makes them, to one reader, who takes them at a pace of their own.
 *
 * Bound: whoever makes items waits for `room`, which there is while fewer than `limit` wait to be taken. An item that is
 * in work already is always taken in, so that none is lost.
 */
export class HandOver<Item extends object> {
  readonly #limit: number;
  readonly #items: Item[] = [];
  #isClosed = false;
  #wakeReader: () => void = () => {};
  #wakeMakers: () => void = () => {};
  #untilRoom: Promise<void> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True once nothing more is to be handed over. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#wakeReader();
  }

  /** Resolves when there is room for more, or nothing more is wanted; undefined: at once. */
  room(): Promise<void> | undefined {
    if (this.#isClosed || this.#items.length < this.#limit) return undefined;
    // One for all who wait.
    this.#untilRoom ??= new Promise((resolve) => (this.#wakeMakers = resolve));
    return this.#untilRoom;
  }

  /** Nothing more is handed over. What waits can still be taken. */
  close(): void {
    this.#isClosed = true;
    this.#wakeReader();
    this.#makeRoom();
  }

  /** The items, in order; ends behind the last one once it is closed. For one reader. */
  async *items(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        if (this.#items.length < this.#limit) this.#makeRoom();
        yield item;
      } else if (this.#isClosed) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    }
  }

  #makeRoom(): void {
    this.#untilRoom = undefined;
    this.#wakeMakers();
  }
}
