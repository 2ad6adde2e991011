/** What an item carries so that a queue can link it. It stands in at most one queue at a time. */
export interface Linked<Item> {
  next: Item | undefined;
}

/**
 * A first-in-first-out queue whose items carry the links themselves.
 *
 * Cost: O(1) an operation and no memory beyond the items', which an array's `shift` doesn't give for long queues.
 */
export class LinkedQueue<Item extends Linked<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  push(item: Item): void {
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
  }

  /** Takes out the item that came first; undefined where there is none. */
  shift(): Item | undefined {
    const item = this.#first;
    if (item === undefined) return undefined;
    this.#first = item.next;
    if (item.next === undefined) this.#last = undefined;
    item.next = undefined;
    return item;
  }
}
