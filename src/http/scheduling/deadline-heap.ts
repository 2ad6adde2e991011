/** What an item carries so that a heap can order and find it. It stands in at most one heap at a time. */
export interface Timed {
  /** The heap's order. Changed by `set` only. */
  dueMs: number;
  /** The item's place in its heap; `NOT_IN_HEAP` outside. Kept by the heap. */
  heapIndex: number;
}

/** The `heapIndex` of an item that stands in no heap. */
export const NOT_IN_HEAP = -1;

/**
 * A binary heap of items by their time, the earliest first; items due at the same time come in no particular order.
 *
 * Cost: `first` O(1), the rest O(log size). Items know their index, so that one in the middle can be moved or taken out.
 */
export class DeadlineHeap<Item extends Timed> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The item due next; undefined where there is none. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Puts the item in at its time, or moves it there if it is in already. */
  set(item: Item, dueMs: number): void {
    item.dueMs = dueMs;
    if (item.heapIndex === NOT_IN_HEAP) {
      item.heapIndex = this.#items.length;
      this.#items.push(item);
    }
    this.#rise(item);
    this.#sink(item);
  }

  /** Takes the item out. Does nothing for one that is in no heap. */
  remove(item: Item): void {
    const index = item.heapIndex;
    if (index === NOT_IN_HEAP) return;
    item.heapIndex = NOT_IN_HEAP;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  /** Takes out the item due next if it is due by `nowMs`; undefined if none is. */
  takeDue(nowMs: number): Item | undefined {
    const item = this.#items[0];
    if (item === undefined || item.dueMs > nowMs) return undefined;
    this.remove(item);
    return item;
  }

  /** Takes out every item. */
  clear(): void {
    for (const item of this.#items) item.heapIndex = NOT_IN_HEAP;
    this.#items.length = 0;
  }

  #rise(item: Item): void {
    let index = item.heapIndex;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#items[parentIndex];
      if (parent === undefined || parent.dueMs <= item.dueMs) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(item, index);
  }

  #sink(item: Item): void {
    let index = item.heapIndex;
    for (;;) {
      const child = this.#earlierChild(index);
      if (child === undefined || child.dueMs >= item.dueMs) break;
      const childIndex = child.heapIndex;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(item, index);
  }

  #earlierChild(index: number): Item | undefined {
    const left = this.#items[2 * index + 1];
    const right = this.#items[2 * index + 2];
    if (left === undefined || right === undefined) return left;
    return right.dueMs < left.dueMs ? right : left;
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }
}
